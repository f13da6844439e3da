/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.write;

import io.freshet.table.TableName;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.StructType;

/**
 * Deletes of the rows that a job overwrites, by their keys. They are staged before the job's own
 * rows, and within a transaction the later change of a key counts.
 */
final class KeyDeletes {
  private final String quotedName;
  private final List<String> primaryKey;
  private final Column condition;

  KeyDeletes(String quotedName, List<String> primaryKey, Column condition) {
    this.quotedName = quotedName;
    this.primaryKey = primaryKey;
    this.condition = condition;
  }

  /** Stages them, as a Spark job of its own, and returns the writers that did. */
  List<UUID> stage(String address, TableName table, String transaction) {
    Dataset<Row> keys =
        SparkSession.active()
            .table(quotedName)
            .where(condition)
            .select(
                primaryKey.stream()
                    .map(name -> new Column("`" + name.replace("`", "``") + "`"))
                    .toArray(Column[]::new));
    return keys.queryExecution()
        .toRdd()
        .toJavaRDD()
        .mapPartitions(new Sending(address, table.toString(), transaction, keys.schema()))
        .collect();
  }

  /** Runs in a task. */
  private record Sending(String address, String table, String transaction, StructType key)
      implements FlatMapFunction<Iterator<InternalRow>, UUID> {
    @Override
    public Iterator<UUID> call(Iterator<InternalRow> keys) {
      UUID writer = UUID.randomUUID();
      TableName name = TableName.parse(table);
      try (RowSender rows =
          new RowSender(address, name, transaction, writer, new StructType(), key)) {
        keys.forEachRemaining(rows::delete);
        rows.flush();
      }
      return List.of(writer).iterator();
    }
  }
}
