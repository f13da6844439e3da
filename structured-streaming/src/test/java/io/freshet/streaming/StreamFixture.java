/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming;

import io.freshet.client.FreshetClient;
import io.freshet.spark.TestTables;
import io.freshet.table.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.spark.sql.SparkSession;

/** Tables with the columns {@code id} and {@code name}, and what is in them. */
record StreamFixture(SparkSession spark, FreshetClient client, TestTables tables, String catalog) {
  static final String COLUMNS = "id long not null, name string";
  static final String KEYED = COLUMNS + ", primary key (id)";

  StreamFixture(SparkSession spark, FreshetClient client, TestTables tables) {
    this(spark, client, tables, "freshet");
  }

  TableName create(String columns) {
    return tables.create(columns);
  }

  /** Appends or upserts rows with ids of [from, to). */
  void append(TableName table, long from, long to, String name) {
    Schema schema = client.describeTable(table).schema();
    List<Record> rows = new ArrayList<>();
    for (long id = from; id < to; id++) {
      Record row = GenericRecord.create(schema);
      row.setField("id", id);
      row.setField("name", name);
      rows.add(row);
    }
    tables.append(table, rows);
  }

  void append(TableName table, long from, long to) {
    append(table, from, to, "n");
  }

  void delete(TableName table, long from, long to) {
    tables.delete(table, from, to);
  }

  List<Long> ids(TableName table) {
    return spark
        .sql("SELECT id FROM " + catalog + "." + table + " ORDER BY id")
        .collectAsList()
        .stream()
        .map(row -> row.getLong(0))
        .toList();
  }

  /** All rows, sorted by their text. */
  List<String> rows(TableName table) {
    return Queries.rows(spark, "SELECT * FROM " + catalog + "." + table);
  }

  static List<Long> range(long from, long to) {
    return LongStream.range(from, to).boxed().toList();
  }
}
