/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.containers;

import io.freshet.arrow.ArrowRowAppender;
import io.freshet.client.FreshetClient;
import io.freshet.client.TableWriter;
import io.freshet.protocol.CreateTable;
import io.freshet.table.TableName;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;

/**
 * A table with a primary key, of which 90 of 100 orders are in the lake and 20 were written since.
 */
final class Orders {
  static final TableName TABLE = TableName.parse("demo.orders");
  static final int COUNT = 100;

  /** The sum of the prices: an order's number, or twice that if it was written since. */
  static final long SUM = 99 * 100 / 2 + (80 + 99) * 20 / 2;

  private static final Schema SCHEMA =
      new Schema(
          List.of(
              Types.NestedField.required(1, "id", Types.LongType.get()),
              Types.NestedField.optional(2, "price", Types.LongType.get())),
          Set.of(1));

  private Orders() {}

  static void write(String server) {
    try (RootAllocator allocator = new RootAllocator();
        FreshetClient client = FreshetClient.connect(server, allocator)) {
      client.createTable(
          new CreateTable(TABLE, SCHEMA, null, null, 2, null, Map.of("freshet.freshness", "1h")));
      write(client, allocator, 0, 90, 1);
      client.tier(TABLE);
      write(client, allocator, 80, COUNT, 2);
    }
  }

  private static void write(
      FreshetClient client, RootAllocator allocator, long from, long to, long factor) {
    Schema written = client.describeTable(TABLE).writtenSchema();
    try (TableWriter writer = client.newWriter(TABLE);
        VectorSchemaRoot batch = VectorSchemaRoot.create(writer.schema(), allocator)) {
      ArrowRowAppender appender = new ArrowRowAppender(written, batch);
      for (long id = from; id < to; id++) {
        Record row = GenericRecord.create(written);
        row.setField("id", id);
        row.setField("price", id * factor);
        appender.append(row);
      }
      appender.finish();
      var unused = writer.append(batch);
      writer.flush();
    }
  }
}
