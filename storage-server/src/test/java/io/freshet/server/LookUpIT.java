/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server;

import static io.freshet.server.LookedUpKeys.KEYS;
import static io.freshet.server.LookedUpKeys.SCHEMA;
import static io.freshet.server.LookedUpKeys.TABLE;
import static io.freshet.server.LookedUpKeys.create;
import static io.freshet.server.LookedUpKeys.keyBatch;
import static io.freshet.server.LookedUpKeys.lookUp;
import static io.freshet.server.LookedUpKeys.put;
import static io.freshet.server.LookedUpKeys.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.arrow.ArrowRowAppender;
import io.freshet.arrow.ArrowRows;
import io.freshet.client.KeyLookUp;
import io.freshet.table.ChangeType;
import io.freshet.table.LookUpColumns;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Look-ups by primary key in a real server, against a map. */
final class LookUpIT {
  private static final Schema COMPOSITE =
      new Schema(
          List.of(
              Types.NestedField.optional(
                  1, "tags", Types.ListType.ofOptional(5, Types.StringType.get())),
              Types.NestedField.required(2, "region", Types.StringType.get()),
              Types.NestedField.required(3, "number", Types.IntegerType.get()),
              Types.NestedField.optional(4, "price", Types.DecimalType.of(10, 2))),
          Set.of(2, 3));

  @TempDir Path data;

  private final Map<Long, String> oracle = new TreeMap<>();

  private final Random random = new Random(11);

  @Test
  void rowsAreFoundWhereverTheyAre() {
    try (TestServer server = new TestServer(data)) {
      create(server, TABLE, SCHEMA, 3);
      checkAll(server);
      change(server, 2000);
      checkAll(server);

      server.client().tier(TABLE);
      checkAll(server);
      change(server, 300);
      checkAll(server);
      server.restart();
      checkAll(server);

      for (int i = 0; i < 6; i++) {
        change(server, 300);
        server.client().tier(TABLE);
      }
      checkAll(server);
      change(server, 100);
      server.client().compact(TABLE);
      checkAll(server);
      server.restart();
      checkAll(server);
    }
  }

  @Test
  void rowsAreFoundWhileTheyAreWrittenTieredAndCompacted() throws Exception {
    try (TestServer server = new TestServer(data)) {
      create(server, TABLE, SCHEMA, 2);
      List<Long> keys = LongStream.range(0, 200).boxed().toList();
      AtomicLong written = new AtomicLong(-1);
      AtomicBoolean isOver = new AtomicBoolean();
      put(server, keys, 0);
      written.set(0);
      CompletableFuture<Void> writer =
          CompletableFuture.runAsync(() -> {
            for (int version = 1; version <= 120; version++) {
              put(server, keys, version);
              written.set(version);
            }
          });
      CompletableFuture<Void> tiering =
          CompletableFuture.runAsync(() -> {
            for (int i = 0; !isOver.get(); i++) {
              server.client().tier(TABLE);
              if (i % 4 == 3) {
                server.client().compact(TABLE);
              }
            }
          });
      try (KeyLookUp lookUp = server.client().newLookUp(TABLE, List.of("id", "amount"))) {
        while (!writer.isDone()) {
          long least = written.get();
          try (VectorSchemaRoot rows = lookUp(server, lookUp, keys)) {
            for (int i = 0; i < keys.size(); i++) {
              assertThat(rows.getVector("id").getObject(i)).isEqualTo(keys.get(i));
              assertThat(((BigIntVector) rows.getVector("amount")).get(i))
                  .isBetween(least, least + 120);
            }
          }
        }
      } finally {
        isOver.set(true);
      }
      writer.get(60, TimeUnit.SECONDS);
      tiering.get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void keysOfSeveralColumnsFindRowsWithNestedOnes() {
    try (TestServer server = new TestServer(data)) {
      create(server, TABLE, COMPOSITE, 2);
      List<Record> rows = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        Record row = GenericRecord.create(COMPOSITE);
        row.setField("region", i % 2 == 0 ? "north" : "süd " + "x".repeat(i % 30));
        row.setField("number", i);
        row.setField("tags", i % 3 == 0 ? null : List.of("a" + i, "b"));
        row.setField("price", new java.math.BigDecimal(i + ".50"));
        rows.add(row);
      }
      write(server, COMPOSITE, null, rows);
      for (int round = 0; round < 3; round++) {
        try (KeyLookUp lookUp = server.client().newLookUp(TABLE, null)) {
          checkComposite(server, lookUp, rows);
        }
        if (round == 0) {
          server.client().tier(TABLE);
        } else {
          server.restart();
        }
      }
    }
  }

  @Test
  void manyBatchesMayBeUnderWayAndAnswersComeInTheirOrder() {
    try (TestServer server = new TestServer(data)) {
      create(server, TABLE, SCHEMA, 3);
      change(server, 2000);
      server.client().tier(TABLE);
      change(server, 500);
      try (KeyLookUp lookUp = server.client().newLookUp(TABLE, List.of("amount", "id"))) {
        for (int batch = 0; batch < 300; batch++) {
          send(server, lookUp, List.of((long) batch, (long) batch + 1));
        }
        assertThatThrownBy(() -> lookUp(server, lookUp, List.of(1L)))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageStartingWith("300 batches of keys were sent whose rows were not received");
        for (int batch = 0; batch < 300; batch++) {
          try (VectorSchemaRoot rows = lookUp.receive()) {
            assertThat(rows.getSchema().getFields().stream().map(Field::getName))
                .containsExactly("amount", "id", "_found");
            for (int i = 0; i < 2; i++) {
              boolean isThere = oracle.containsKey((long) batch + i);
              assertThat(rows.getVector("_found").getObject(i)).isEqualTo(isThere);
              assertThat(rows.getVector("id").getObject(i))
                  .isEqualTo(isThere ? (Long) (long) (batch + i) : null);
            }
          }
        }
        assertThatThrownBy(lookUp::receive)
            .hasMessage("No keys were sent whose rows could be received");
        for (int batch = 0; batch < KeyLookUp.MAX_AHEAD; batch++) {
          send(server, lookUp, List.of());
        }
        assertThatThrownBy(() -> send(server, lookUp, List.of()))
            .hasMessage(
                "Already 1000 batches of keys are under way: receive some of their rows first");
      }
      try (KeyLookUp lookUp = server.client().newLookUp(TABLE, List.of());
          VectorSchemaRoot rows = lookUp(server, lookUp, List.of(1L, (long) KEYS))) {
        assertThat(rows.getVector("_found").getObject(0)).isEqualTo(oracle.containsKey(1L));
        assertThat(rows.getVector("_found").getObject(1)).isEqualTo(false);
      }
    }
  }

  @Test
  void rowsOfATransactionAreFoundFromItsCommitOn() {
    try (TestServer server = new TestServer(data)) {
      create(server, TABLE, SCHEMA, 3);
      change(server, 200);
      Map<Long, String> before = new TreeMap<>(oracle);
      String id = server.client().beginTransaction(TABLE, null, null).transaction();
      List<Record> changes = changes(300);
      write(server, SCHEMA, id, changes);
      Map<Long, String> after = new TreeMap<>(oracle);
      oracle.clear();
      oracle.putAll(before);
      checkAll(server);

      server.client().commitTransaction(TABLE, id);
      oracle.clear();
      oracle.putAll(after);
      checkAll(server);
    }
  }

  /** Looks up all keys, some twice, in another order, and some that never were. */
  private void checkAll(TestServer server) {
    List<Long> keys = new ArrayList<>(LongStream.range(-5, KEYS + 5).boxed().toList());
    keys.addAll(keys.subList(0, 100));
    Collections.shuffle(keys, random);
    try (KeyLookUp lookUp = server.client().newLookUp(TABLE, null)) {
      check(server, lookUp, keys);
      for (int i = 0; i < 20; i++) {
        check(server, lookUp, List.of((long) random.nextInt(KEYS)));
      }
      check(server, lookUp, List.of());
    }
    try (VectorSchemaRoot batch = keyBatch(server, keys);
        VectorSchemaRoot rows = server.client().lookUp(TABLE, batch)) {
      check(rows, keys);
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

  private void change(TestServer server, int count) {
    write(server, SCHEMA, null, changes(count));
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

  private static void checkComposite(TestServer server, KeyLookUp lookUp, List<Record> expected) {
    Schema keySchema = LookUpColumns.keys(COMPOSITE);
    Schema answer = LookUpColumns.answer(TABLE, COMPOSITE, null);
    try (VectorSchemaRoot keys = VectorSchemaRoot.create(lookUp.keySchema(), server.allocator())) {
      ArrowRowAppender appender = new ArrowRowAppender(keySchema, keys);
      for (Record row : expected) {
        Record key = GenericRecord.create(keySchema);
        key.setField("region", row.getField("region"));
        key.setField("number", row.getField("number"));
        appender.append(key);
        key.setField("region", "nowhere");
        appender.append(key);
      }
      appender.finish();
      try (VectorSchemaRoot rows = lookUp.lookUp(keys)) {
        List<Record> found = new ArrowRows(answer, rows).copyAll();
        for (int i = 0; i < expected.size(); i++) {
          Record row = found.get(2 * i);
          assertThat(row.getField("_found")).isEqualTo(true);
          for (Types.NestedField column : COMPOSITE.columns()) {
            assertThat(row.getField(column.name()))
                .isEqualTo(expected.get(i).getField(column.name()));
          }
          assertThat(found.get(2 * i + 1).getField("_found")).isEqualTo(false);
        }
      }
    }
  }

  private static void send(TestServer server, KeyLookUp lookUp, List<Long> keys) {
    try (VectorSchemaRoot batch = keyBatch(server, keys)) {
      lookUp.send(batch);
    }
  }
}
