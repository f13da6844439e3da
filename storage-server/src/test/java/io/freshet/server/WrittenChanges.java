/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.arrow.ArrowRowAppender;
import io.freshet.client.ChangeStream;
import io.freshet.client.TableWriter;
import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.freshet.protocol.ChangesTicket;
import io.freshet.protocol.CreateTable;
import io.freshet.table.ChangeColumns;
import io.freshet.table.ChangeType;
import io.freshet.table.TableName;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.LongStream;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** Changes that tests write to a real server and read from it. */
final class WrittenChanges {
  static final TableName LOG = TableName.parse("db.events");
  static final TableName KEYED = TableName.parse("db.accounts");
  static final List<Types.NestedField> COLUMNS =
      List.of(
          Types.NestedField.required(1, "id", Types.LongType.get()),
          Types.NestedField.required(2, "name", Types.StringType.get()));
  static final Schema LOG_SCHEMA = new Schema(COLUMNS);
  static final Schema KEYED_SCHEMA = new Schema(COLUMNS, Set.of(1));
  static final Duration SOON = Duration.ofSeconds(60);

  /** What a client of a primary-key table writes; a null name is a delete. */
  record Change(long id, @Nullable String name) {}

  private WrittenChanges() {}

  static void create(TestServer server, TableName table, Schema schema, int buckets) {
    server
        .client()
        .createTable(
            new CreateTable(
                table, schema, null, null, buckets, null, Map.of("freshet.freshness", "1h")));
  }

  static ChangesTicket ticket(
      TableName table, int bucket, long startOffset, @Nullable Long endOffset) {
    return new ChangesTicket(table, null, bucket, startOffset, endOffset, null, null);
  }

  static Schema changes(Schema table) {
    return ChangeColumns.schema(LOG, table);
  }

  static List<Change> numbered(int from, int count) {
    return LongStream.range(from, from + count).mapToObj(i -> new Change(i, "name " + i)).toList();
  }

  static void write(
      TestServer server,
      TableName table,
      Schema schema,
      @Nullable String transaction,
      List<Change> changes,
      int batchRows) {
    boolean isKeyed = !schema.identifierFieldIds().isEmpty();
    Schema written = isKeyed ? ChangeType.written(schema) : schema;
    try (TableWriter writer =
            transaction == null
                ? server.client().newWriter(table)
                : server.client().newWriter(table, transaction, UUID.randomUUID());
        VectorSchemaRoot rows = VectorSchemaRoot.create(writer.schema(), server.allocator())) {
      for (int start = 0; start < changes.size(); start += batchRows) {
        ArrowRowAppender appender = new ArrowRowAppender(written, rows);
        for (Change change : changes.subList(start, Math.min(changes.size(), start + batchRows))) {
          Record row = GenericRecord.create(written);
          row.setField("id", change.id());
          row.setField("name", change.name());
          if (change.name() == null) {
            row.setField(ChangeType.COLUMN, ChangeType.DELETE.text());
          }
          appender.append(row);
        }
        appender.finish();
        var unused = writer.append(rows);
      }
    }
  }

  static void drain(TestServer server, ChangesTicket ticket) {
    try (ChangeStream stream = server.client().readChanges(ticket)) {
      while (stream.next()) {
        assertThat(stream.batch().getRowCount()).isPositive();
      }
    }
  }

  static String describe(Record change) {
    return String.format(
        "%s %s=%s at %s/%s",
        change.getField("_change_type"),
        change.getField("id"),
        change.getField("name"),
        change.getField("_bucket"),
        change.getField("_offset"));
  }

  static List<Long> offsets(List<Record> changes) {
    return changes.stream().map(change -> (Long) change.getField("_offset")).toList();
  }

  static void assertFails(Runnable call, FreshetErrorCode code, String message) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(FreshetException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(message);
  }
}
