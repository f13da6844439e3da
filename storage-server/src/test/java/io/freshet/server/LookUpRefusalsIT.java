/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server;

import static io.freshet.error.FreshetErrorCode.BATCH_TOO_LARGE;
import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;
import static io.freshet.error.FreshetErrorCode.NULL_IN_REQUIRED_COLUMN;
import static io.freshet.error.FreshetErrorCode.SCHEMA_MISMATCH;
import static io.freshet.error.FreshetErrorCode.SERVER_UNAVAILABLE;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_FOUND;
import static io.freshet.error.FreshetErrorCode.UNSUPPORTED;
import static io.freshet.server.LookedUpKeys.KEYS;
import static io.freshet.server.LookedUpKeys.SCHEMA;
import static io.freshet.server.LookedUpKeys.TABLE;
import static io.freshet.server.LookedUpKeys.create;
import static io.freshet.server.LookedUpKeys.lookUp;
import static io.freshet.server.LookedUpKeys.nullableLong;
import static io.freshet.server.LookedUpKeys.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.arrow.ArrowRows;
import io.freshet.client.KeyLookUp;
import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.freshet.table.ChangeType;
import io.freshet.table.LookUpColumns;
import io.freshet.table.TableName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Look-ups that a real server refuses, or ends. */
final class LookUpRefusalsIT {
  @TempDir Path data;

  private final Map<Long, String> oracle = new TreeMap<>();

  private final Random random = new Random(11);

  @Test
  void keysThatCanNotBeLookedUpAreRefused() {
    try (TestServer server = new TestServer(data)) {
      create(server, TABLE, SCHEMA, 1);
      TableName log = TableName.parse("db.log");
      create(server, log, new Schema(SCHEMA.columns()), 1);
      TableName own = TableName.parse("db.own");
      create(
          server,
          own,
          new Schema(
              List.of(Types.NestedField.required(1, "_found", Types.LongType.get())), Set.of(1)),
          1);
      assertFails(
          () -> server.client().newLookUp(log, null).close(),
          UNSUPPORTED,
          "Keys can't be looked up in table db.log: it has no primary key. Read it with a filter.");
      assertFails(
          () -> server.client().newLookUp(own, null).close(),
          UNSUPPORTED,
          "Keys can't be looked up in table db.own: it has a column _found of its own, and answers have one"
              + " of that name too. Read it with a filter.");
      assertFails(
          () -> server.client().newLookUp(TABLE, List.of("nothing")).close(),
          INVALID_REQUEST,
          "There is no column nothing in table db.accounts; the columns are [id, name, amount]");
      assertFails(
          () -> server.client().newLookUp(TABLE, List.of("id", "id")).close(),
          INVALID_REQUEST,
          "Column id is asked for twice");
      assertFails(
          () -> send(server, List.of(nullableLong("id")), true),
          NULL_IN_REQUIRED_COLUMN,
          "Can't look up keys in table db.accounts: column id is required and null in row 0 of the batch");
      assertFails(
          () -> send(server, List.of(Field.nullable("id", new ArrowType.Int(32, true))), false),
          SCHEMA_MISMATCH,
          "Can't look up keys in table db.accounts: column id has Arrow type Int(64, true), and the batch has"
              + " Int(32, true). Cast it before you send it.");
      assertFails(
          () -> send(server, List.of(nullableLong("id"), nullableLong("amount")), false),
          SCHEMA_MISMATCH,
          "Can't look up keys in table db.accounts: it has no column amount; its columns are [id]");
      assertFails(
          () -> {
            try (KeyLookUp lookUp = server.client().newLookUp(TABLE, null)) {
              lookUp(server, lookUp, Collections.nCopies(65_537, 1L)).close();
            }
          },
          BATCH_TOO_LARGE,
          "A batch to look up in table db.accounts has 65537 keys; the limit is 65536. Send smaller"
              + " batches.");
    }
  }

  @Test
  void aLookUpIsToldWhenItsTableOrServerGoes() {
    try (TestServer server = new TestServer(data)) {
      create(server, TABLE, SCHEMA, 1);
      try (KeyLookUp lookUp = server.client().newLookUp(TABLE, null)) {
        lookUp(server, lookUp, List.of(1L)).close();
        server.client().purgeTable(TABLE);
        create(server, TABLE, SCHEMA, 1);
        assertFails(
            () -> lookUp(server, lookUp, List.of(1L)).close(),
            TABLE_NOT_FOUND,
            "Table db.accounts was dropped, and there is another one of that name: begin a new look-up");
      }
      try (KeyLookUp lookUp = server.client().newLookUp(TABLE, null)) {
        lookUp(server, lookUp, List.of(1L)).close();
        server.server().close();
        assertFails(
            () -> lookUp(server, lookUp, List.of(1L)).close(),
            SERVER_UNAVAILABLE,
            "The server is shutting down: look up again when it is back");
      }
    }
  }

  private void check(TestServer server, KeyLookUp lookUp, List<Long> keys) {
    try (VectorSchemaRoot rows = lookUp(server, lookUp, keys)) {
      check(rows, keys);
    }
  }

  private void check(VectorSchemaRoot rows, List<Long> keys) {
    assertThat(rows.getRowCount()).isEqualTo(keys.size());
    List<Record> records = new ArrowRows(LookUpColumns.answer(TABLE, SCHEMA, null), rows).copyAll();
    for (int i = 0; i < keys.size(); i++) {
      Record row = records.get(i);
      String expected = oracle.get(keys.get(i));
      String actual =
          (Boolean) row.getField("_found")
              ? row.getField("name") + "/" + row.getField("amount")
              : null;
      assertThat(actual).as("row of key %s", keys.get(i)).isEqualTo(expected);
      assertThat(row.getField("id")).isEqualTo(expected == null ? null : keys.get(i));
    }
  }

  private List<Record> changes(int count) {
    List<Record> changes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Record row = GenericRecord.create(ChangeType.written(SCHEMA));
      long id = random.nextInt(KEYS);
      row.setField("id", id);
      if (random.nextInt(5) == 0) {
        row.setField(ChangeType.COLUMN, ChangeType.DELETE.text());
        oracle.remove(id);
      } else {
        row.setField("name", "name " + random.nextInt(1000));
        row.setField("amount", random.nextInt(3) == 0 ? null : random.nextLong());
        oracle.put(id, row.getField("name") + "/" + row.getField("amount"));
      }
      changes.add(row);
    }
    return changes;
  }

  private static void assertFails(Runnable call, FreshetErrorCode code, String message) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(FreshetException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(message);
  }
}
