/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.lake;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** Rows (id, name) for tests, written to Iceberg tables and read back by Iceberg alone. */
public final class LakeRows {
  public static final Schema SCHEMA =
      new Schema(
          Types.NestedField.required(1, "id", Types.LongType.get()),
          Types.NestedField.optional(2, "name", Types.StringType.get()));

  private LakeRows() {}

  public static Record row(long id, @Nullable String name) {
    Record row = GenericRecord.create(SCHEMA);
    row.set(0, id);
    row.set(1, name);
    return row;
  }

  /** Writes one data file through the table's FileIO and commits it. */
  public static void append(Table table, Record... rows) throws IOException {
    table.newAppend().appendFile(write(table, rows)).commit();
  }

  public static List<Record> read(Table table) throws IOException {
    try (CloseableIterable<Record> rows = IcebergGenerics.read(table).build()) {
      List<Record> collected = new ArrayList<>();
      rows.forEach(collected::add);
      return collected;
    }
  }

  private static DataFile write(Table table, Record... rows) throws IOException {
    String name = UUID.randomUUID() + ".parquet";
    OutputFile file = table.io().newOutputFile(table.locationProvider().newDataLocation(name));
    FileAppender<Record> appender =
        Parquet.write(file).schema(SCHEMA).createWriterFunc(GenericParquetWriter::create).build();
    try (appender) {
      appender.addAll(List.of(rows));
    }
    return DataFiles.builder(table.spec())
        .withPath(file.location())
        .withFormat("parquet")
        .withFileSizeInBytes(appender.length())
        .withMetrics(appender.metrics())
        .build();
  }
}
