/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server;

import io.freshet.arrow.ArrowRowAppender;
import io.freshet.client.KeyLookUp;
import io.freshet.client.TableWriter;
import io.freshet.protocol.CreateTable;
import io.freshet.table.ChangeType;
import io.freshet.table.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** Keys that tests look up in tables of a real server. */
final class LookedUpKeys {
  static final TableName TABLE = TableName.parse("db.accounts");
  static final Schema SCHEMA =
      new Schema(
          List.of(
              Types.NestedField.required(1, "id", Types.LongType.get()),
              Types.NestedField.required(2, "name", Types.StringType.get()),
              Types.NestedField.optional(3, "amount", Types.LongType.get())),
          Set.of(1));
  static final int KEYS = 3000;

  private LookedUpKeys() {}

  static void create(TestServer server, TableName table, Schema schema, int buckets) {
    server
        .client()
        .createTable(
            new CreateTable(
                table, schema, null, null, buckets, null, Map.of("freshet.freshness", "1h")));
  }

  static VectorSchemaRoot keyBatch(TestServer server, List<Long> keys) {
    VectorSchemaRoot batch =
        VectorSchemaRoot.create(
            new org.apache.arrow.vector.types.pojo.Schema(List.of(nullableLong("id"))),
            server.allocator());
    BigIntVector ids = (BigIntVector) batch.getVector("id");
    for (int i = 0; i < keys.size(); i++) {
      ids.setSafe(i, keys.get(i));
    }
    batch.setRowCount(keys.size());
    return batch;
  }

  /** What another client would send: a batch of one row with these columns. */
  static void send(TestServer server, List<Field> fields, boolean isNull) {
    try (PlainFlight plain = new PlainFlight(server.server().flightUri(), server.allocator());
        VectorSchemaRoot batch =
            VectorSchemaRoot.create(
                new org.apache.arrow.vector.types.pojo.Schema(fields), server.allocator())) {
      plain.exchange("{\"table\":\"db.accounts\"}", batch, isNull ? 1 : 0);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  static VectorSchemaRoot lookUp(TestServer server, KeyLookUp lookUp, List<Long> keys) {
    try (VectorSchemaRoot batch = keyBatch(server, keys)) {
      return lookUp.lookUp(batch);
    }
  }

  static Field nullableLong(String name) {
    return Field.nullable(name, new ArrowType.Int(64, true));
  }

  static void put(TestServer server, List<Long> keys, long version) {
    List<Record> rows = new ArrayList<>();
    for (long key : keys) {
      Record row = GenericRecord.create(ChangeType.written(SCHEMA));
      row.setField("id", key);
      row.setField("name", "name");
      row.setField("amount", version);
      rows.add(row);
    }
    write(server, SCHEMA, null, rows);
  }

  static void write(
      TestServer server, Schema schema, @Nullable String transaction, List<Record> changes) {
    Schema written = ChangeType.written(schema);
    try (TableWriter writer =
            transaction == null
                ? server.client().newWriter(TABLE)
                : server.client().newWriter(TABLE, transaction, UUID.randomUUID());
        VectorSchemaRoot rows = VectorSchemaRoot.create(writer.schema(), server.allocator())) {
      for (int start = 0; start < changes.size(); start += 50) {
        ArrowRowAppender appender = new ArrowRowAppender(written, rows);
        for (Record change : changes.subList(start, Math.min(changes.size(), start + 50))) {
          Record row = GenericRecord.create(written);
          change
              .struct()
              .fields()
              .forEach(field -> row.setField(field.name(), change.getField(field.name())));
          appender.append(row);
        }
        appender.finish();
        var unused = writer.append(rows);
      }
    }
  }
}
