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
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Deletes of rows that a job overwrites, by their keys, staged by a Spark job of its own. They come
 * before the job's own rows in its transaction, where the later change of a key counts.
 *
 * @param quotedName of the table in SQL, with its catalog
 */
record KeyDeletes(String quotedName, List<String> primaryKey) {
  KeyDeletes {
    primaryKey = List.copyOf(primaryKey);
  }

  /** Stages deletes of rows that match a condition, and returns the writers that did. */
  List<UUID> stage(String address, TableName table, String transaction, Column condition) {
    return stage(address, table, transaction, condition, null);
  }

  /** Stages deletes of all rows of some partitions, and returns the writers that did. */
  List<UUID> stage(
      String address, TableName table, String transaction, TouchedPartitions partitions) {
    return partitions.values().isEmpty()
        ? List.of()
        : stage(address, table, transaction, partitions.condition(), partitions);
  }

  private List<UUID> stage(
      String address,
      TableName table,
      String transaction,
      Column condition,
      @Nullable TouchedPartitions partitions) {
    Stream<String> deciding = partitions == null ? Stream.of() : partitions.columns().stream();
    Column[] columns =
        Stream.concat(primaryKey.stream(), deciding)
            .distinct()
            .map(name -> new Column("`" + name.replace("`", "``") + "`"))
            .toArray(Column[]::new);
    Dataset<Row> rows = SparkSession.active().table(quotedName).where(condition).select(columns);
    return rows.queryExecution()
        .toRdd()
        .toJavaRDD()
        .mapPartitions(
            new Sending(
                address,
                table.toString(),
                transaction,
                rows.schema(),
                primaryKey.size(),
                partitions))
        .collect();
  }

  /**
   * Runs in a task.
   *
   * @param row columns of the rows that it gets, first those of the key
   * @param partitions whose rows are deleted; all rows are if null
   */
  private record Sending(
      String address,
      String table,
      String transaction,
      StructType row,
      int keyColumns,
      @Nullable TouchedPartitions partitions)
      implements FlatMapFunction<Iterator<InternalRow>, UUID> {
    @Override
    public Iterator<UUID> call(Iterator<InternalRow> all) {
      UUID writer = UUID.randomUUID();
      TableName name = TableName.parse(table);
      StructType key = new StructType(Arrays.copyOf(row.fields(), keyColumns));
      RowPartitions partitionOf =
          partitions == null ? null : new RowPartitions(partitions.spec(), row);
      try (RowSender rows =
          new RowSender(address, name, transaction, writer, new StructType(), key)) {
        while (all.hasNext()) {
          InternalRow next = all.next();
          if (partitionOf == null
              || partitions == null
              || partitions.values().contains(partitionOf.of(next))) {
            rows.delete(next);
          }
        }
        rows.flush();
      }
      return List.of(writer).iterator();
    }
  }
}
