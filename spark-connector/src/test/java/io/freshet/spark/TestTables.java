/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark;

import io.freshet.arrow.ArrowRowAppender;
import io.freshet.arrow.ArrowSchemas;
import io.freshet.client.FreshetClient;
import io.freshet.client.TableWriter;
import io.freshet.protocol.CreateTable;
import io.freshet.table.ChangeType;
import io.freshet.table.ColumnText;
import io.freshet.table.TableName;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;

/** Tables that tests fill past Spark, so that they know which rows are where. */
public final class TestTables {
  private static final AtomicInteger TABLES = new AtomicInteger();

  private final FreshetClient client;
  private final BufferAllocator allocator;

  public TestTables(FreshetClient client, BufferAllocator allocator) {
    this.client = client;
    this.allocator = allocator;
  }

  /** A table of its own for a test, which the server does not tier by itself. */
  public TableName create(String columns, String... partitioning) {
    return create(ColumnText.parse(columns), partitioning);
  }

  public TableName create(Schema schema, String... partitioning) {
    TableName table = TableName.parse("test.t" + TABLES.incrementAndGet());
    client.createTable(
        new CreateTable(
            table,
            schema,
            List.of(partitioning),
            null,
            2,
            null,
            Map.of("freshet.freshness", "1h")));
    return table;
  }

  /** Appends rows, which are fresh then; upserts them if there is a primary key. */
  public void append(TableName table, List<? extends Record> records) {
    Schema schema = client.describeTable(table).schema();
    try (TableWriter writer = client.newWriter(table);
        VectorSchemaRoot rows = VectorSchemaRoot.create(ArrowSchemas.toArrow(schema), allocator)) {
      ArrowRowAppender appender = new ArrowRowAppender(schema, rows);
      records.forEach(appender::append);
      appender.finish();
      writer.append(rows).join();
    }
  }

  /** Appends rows and moves all rows of the table into the lake. */
  public void appendToLake(TableName table, List<? extends Record> records) {
    append(table, records);
    client.tier(table);
  }

  /** Deletes rows of a table whose primary key is {@code id}. */
  public void delete(TableName table, long fromId, long toId) {
    Schema schema = client.describeTable(table).writtenSchema();
    try (TableWriter writer = client.newWriter(table);
        VectorSchemaRoot rows = VectorSchemaRoot.create(writer.schema(), allocator)) {
      ArrowRowAppender appender = new ArrowRowAppender(schema, rows);
      for (long id = fromId; id < toId; id++) {
        GenericRecord row = GenericRecord.create(schema);
        row.setField("id", id);
        row.setField(ChangeType.COLUMN, ChangeType.DELETE.text());
        appender.append(row);
      }
      appender.finish();
      writer.append(rows).join();
    }
  }
}
