/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;
import static io.freshet.error.FreshetErrorCode.OFFSET_OUT_OF_RANGE;
import static io.freshet.error.FreshetErrorCode.UNSUPPORTED;
import static io.freshet.server.WrittenChanges.KEYED;
import static io.freshet.server.WrittenChanges.KEYED_SCHEMA;
import static io.freshet.server.WrittenChanges.LOG;
import static io.freshet.server.WrittenChanges.LOG_SCHEMA;
import static io.freshet.server.WrittenChanges.SOON;
import static io.freshet.server.WrittenChanges.assertFails;
import static io.freshet.server.WrittenChanges.changes;
import static io.freshet.server.WrittenChanges.create;
import static io.freshet.server.WrittenChanges.describe;
import static io.freshet.server.WrittenChanges.drain;
import static io.freshet.server.WrittenChanges.numbered;
import static io.freshet.server.WrittenChanges.offsets;
import static io.freshet.server.WrittenChanges.ticket;
import static io.freshet.server.WrittenChanges.write;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.arrow.ArrowRows;
import io.freshet.client.ChangeStream;
import io.freshet.protocol.BucketOffsets;
import io.freshet.protocol.ChangesTicket;
import io.freshet.protocol.CreateTable;
import io.freshet.server.WrittenChanges.Change;
import io.freshet.table.ChangeColumns;
import io.freshet.table.TableName;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes as readers get them from a real server, against those that were written. */
final class ChangesIT {
  @TempDir Path data;

  @Test
  void changesOfALogTableAreItsRowsInTheOrderOfTheirOffsets() {
    try (TestServer server = new TestServer(data)) {
      create(server, LOG, LOG_SCHEMA, 1);
      long beforeMicros = Instant.now().toEpochMilli() * 1000;
      write(server, LOG, LOG_SCHEMA, null, numbered(0, 1000), 7);
      server.client().tier(LOG);
      write(server, LOG, LOG_SCHEMA, null, numbered(1000, 9000), 4500);

      List<Record> changes = read(server, LOG, LOG_SCHEMA, ticket(LOG, 0, 0, 9000L));
      assertThat(changes).hasSize(9000);
      long previousMicros = beforeMicros;
      for (int i = 0; i < changes.size(); i++) {
        Record change = changes.get(i);
        assertThat(describe(change)).isEqualTo("insert " + i + "=name " + i + " at 0/" + i);
        long micros = micros(change);
        assertThat(micros).isBetween(previousMicros, Instant.now().toEpochMilli() * 1000 + 1000);
        previousMicros = micros;
      }
      assertThat(offsets(read(server, LOG, LOG_SCHEMA, ticket(LOG, 0, 995, 1003L))))
          .containsExactlyElementsOf(LongStream.range(995, 1003).boxed().toList());
      assertThat(read(server, LOG, LOG_SCHEMA, ticket(LOG, 0, 9000, 9000L))).isEmpty();
    }
  }

  @Test
  void changesOfAPrimaryKeyTableAreAllThatWereWrittenWithWhatTheyDid() {
    try (TestServer server = new TestServer(data)) {
      create(server, KEYED, KEYED_SCHEMA, 3);
      List<Change> written = new ArrayList<>();
      for (int round = 0; round < 3; round++) {
        List<Change> more = random(round, 300);
        write(server, KEYED, KEYED_SCHEMA, null, more, 20);
        written.addAll(more);
        if (round == 0) {
          server.client().tier(KEYED);
        } else {
          server.restart();
        }
      }
      assertThat(readAll(server, KEYED, KEYED_SCHEMA)).isEqualTo(expected(written));
    }
  }

  @Test
  void filterAndColumnsMayBeThoseOfTheChange() {
    try (TestServer server = new TestServer(data)) {
      create(server, KEYED, KEYED_SCHEMA, 1);
      write(
          server,
          KEYED,
          KEYED_SCHEMA,
          null,
          List.of(
              new Change(1, "a"),
              new Change(2, "b"),
              new Change(1, "c"),
              new Change(2, null),
              new Change(3, "d")),
          2);
      assertThat(select(server, "{\"type\":\"eq\",\"term\":\"id\",\"value\":1}"))
          .containsExactly("0 insert a", "2 update_after c");
      assertThat(select(server, "{\"type\":\"eq\",\"term\":\"_change_type\",\"value\":\"delete\"}"))
          .containsExactly("3 delete null");
      assertThat(select(server, "{\"type\":\"gt-eq\",\"term\":\"_offset\",\"value\":3}"))
          .containsExactly("3 delete null", "4 insert d");
      assertThat(select(server, "{\"type\":\"not-null\",\"term\":\"name\"}")).hasSize(4);
    }
  }

  @Test
  void offsetsOfATimestampAreThoseOfTheFirstChangesFromThenOn() {
    try (TestServer server = new TestServer(data)) {
      create(server, KEYED, KEYED_SCHEMA, 2);
      Instant start = Instant.now();
      write(server, KEYED, KEYED_SCHEMA, null, numbered(0, 300), 10);
      Await.pause(Duration.ofMillis(3));
      Instant middle = Instant.now();
      List<BucketOffsets> atMiddle = server.client().offsets(KEYED).offsets();
      write(server, KEYED, KEYED_SCHEMA, null, numbered(0, 300), 10);
      server.restart();
      write(server, KEYED, KEYED_SCHEMA, null, numbered(0, 30), 10);

      List<BucketOffsets> found = server.client().offsets(KEYED, middle).offsets();
      for (BucketOffsets bucket : found) {
        assertThat(bucket.startOffset()).isZero();
        assertThat(bucket.timestampOffset())
            .isEqualTo(atMiddle.get(bucket.bucket()).endOffset())
            .isBetween(1L, bucket.endOffset() - 1);
      }
      assertThat(server.client().offsets(KEYED, start).offsets())
          .allSatisfy(bucket -> assertThat(bucket.timestampOffset()).isZero());
      assertThat(server.client().offsets(KEYED, Instant.EPOCH.minusSeconds(9)).offsets())
          .allSatisfy(bucket -> assertThat(bucket.timestampOffset()).isZero());
      assertThat(server.client().offsets(KEYED, Instant.now().plusSeconds(9)).offsets())
          .allSatisfy(bucket -> assertThat(bucket.timestampOffset()).isEqualTo(bucket.endOffset()));
      long middleOffset = atMiddle.get(0).endOffset();
      List<Record> changes = read(server, KEYED, KEYED_SCHEMA, ticket(KEYED, 0, 0, end(found, 0)));
      for (Record change : changes) {
        boolean isBefore = (Long) change.getField("_offset") < middleOffset;
        assertThat(micros(change) < middle.toEpochMilli() * 1000).isEqualTo(isBefore);
      }
    }
  }

  @Test
  void changesThatWereTrimmedAreNamedWithWhereToGoOn() {
    try (TestServer server = new TestServer(data)) {
      server
          .client()
          .createTable(
              new CreateTable(
                  LOG,
                  LOG_SCHEMA,
                  null,
                  null,
                  1,
                  null,
                  Map.of(
                      "freshet.freshness", "1h",
                      "freshet.log.retention.time", "0s",
                      "freshet.log.retention.size", "0")));
      write(server, LOG, LOG_SCHEMA, null, numbered(0, 10), 10);
      server.restart(); // Begins a segment, so that the one before can go.
      write(server, LOG, LOG_SCHEMA, null, numbered(10, 5), 5);
      server.client().tier(LOG);
      Await.until(
          "the first segment is trimmed",
          SOON,
          () ->
              server
                  .client()
                  .offsets(LOG)
                  .offsets()
                  .equals(List.of(new BucketOffsets(0, 10, 15, null))));

      assertFails(
          () -> drain(server, ticket(LOG, 0, 3, 15L)),
          OFFSET_OUT_OF_RANGE,
          "Cannot read changes of table db.events bucket 0 from offset 3: the log holds [10, 15), and those"
              + " before it were trimmed after they went into the lake. Plan a union snapshot, which has"
              + " their outcome, and go on at its end offset; or start at 10 without them. To keep more,"
              + " raise freshet.log.retention.time and freshet.log.retention.size.");
      assertThat(server.client().offsets(LOG, Instant.EPOCH).offsets())
          .containsExactly(new BucketOffsets(0, 10, 15, 10L));
      assertThat(offsets(read(server, LOG, LOG_SCHEMA, ticket(LOG, 0, 10, 15L)))).hasSize(5);
    }
  }

  @Test
  void rangesBucketsAndColumnsThatDoNotExistAreRefused() {
    try (TestServer server = new TestServer(data)) {
      create(server, LOG, LOG_SCHEMA, 2);
      write(server, LOG, LOG_SCHEMA, null, numbered(0, 5), 5);
      assertFails(
          () -> drain(server, ticket(LOG, 0, 2, 9L)),
          OFFSET_OUT_OF_RANGE,
          "Cannot read changes of table db.events bucket 0 from offset 2 to 9: they end at 5 now. Ask for an"
              + " end offset up to that, or for none to follow the changes that come.");
      assertFails(
          () -> drain(server, ticket(LOG, 0, 4, 2L)),
          INVALID_REQUEST,
          "Changes of table db.events bucket 0 can't be read from offset 4 to 2: the end offset is before"
              + " the start");
      assertFails(
          () -> drain(server, ticket(LOG, 2, 0, 1L)),
          INVALID_REQUEST,
          "There is no bucket 2 in table db.events: its buckets are 0 to 1");
      assertFails(
          () -> drain(server, new ChangesTicket(LOG, null, 0, 0, 1L, List.of("nothing"), null)),
          INVALID_REQUEST,
          "There is no column nothing; the columns are [id, name, _change_type, _bucket, _offset,"
              + " _commit_timestamp]");

      TableName own = TableName.parse("db.own");
      create(
          server,
          own,
          new Schema(Types.NestedField.required(1, "_offset", Types.LongType.get())),
          1);
      assertFails(
          () -> drain(server, ticket(own, 0, 0, 0L)),
          UNSUPPORTED,
          "Changes of table db.own can't be read: it has a column _offset of its own, and changes have one"
              + " of that name too. Read the table itself.");
    }
  }

  private static List<Change> random(int seed, int count) {
    Random random = new Random(seed);
    List<Change> changes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String name = random.nextInt(4) == 0 ? null : "name " + random.nextInt(100);
      changes.add(new Change(random.nextInt(50), name));
    }
    return changes;
  }

  private static List<Record> read(
      TestServer server, TableName table, Schema schema, ChangesTicket ticket) {
    List<Record> changes = new ArrayList<>();
    try (ChangeStream stream = server.client().readChanges(ticket)) {
      while (stream.next()) {
        changes.addAll(
            new ArrowRows(ChangeColumns.schema(table, schema), stream.batch()).copyAll());
      }
    }
    return changes;
  }

  private static List<String> select(TestServer server, String filter) {
    JsonNode json = PlainFlight.json(filter);
    List<String> columns = List.of("_offset", "_change_type", "name");
    List<String> selected = new ArrayList<>();
    Schema schema = ChangeColumns.schema(KEYED, KEYED_SCHEMA);
    Schema projected = new Schema(columns.stream().map(schema::findField).toList());
    try (ChangeStream stream =
        server.client().readChanges(new ChangesTicket(KEYED, null, 0, 0, 5L, columns, json))) {
      while (stream.next()) {
        for (Record row : new ArrowRows(projected, stream.batch()).copyAll()) {
          selected.add(row.get(0) + " " + row.get(1) + " " + row.get(2));
        }
      }
    }
    return selected;
  }

  /** By key, what its changes were in their order; checks that offsets are dense. */
  private static Map<Long, List<String>> readAll(
      TestServer server, TableName table, Schema schema) {
    Map<Long, List<String>> changes = new TreeMap<>();
    for (BucketOffsets bucket : server.client().offsets(table).offsets()) {
      long next = 0;
      for (Record change :
          read(server, table, schema, ticket(table, bucket.bucket(), 0, bucket.endOffset()))) {
        assertThat(change.getField("_bucket")).isEqualTo(bucket.bucket());
        assertThat(change.getField("_offset")).isEqualTo(next++);
        changes
            .computeIfAbsent((Long) change.getField("id"), unused -> new ArrayList<>())
            .add(change.getField("_change_type") + " " + change.getField("name"));
      }
      assertThat(next).isEqualTo(bucket.endOffset());
    }
    return changes;
  }

  private static Map<Long, List<String>> expected(List<Change> written) {
    Map<Long, List<String>> expected = new TreeMap<>();
    Map<Long, Boolean> isLive = new HashMap<>();
    for (Change change : written) {
      String type =
          change.name() == null
              ? "delete"
              : isLive.getOrDefault(change.id(), false) ? "update_after" : "insert";
      isLive.put(change.id(), change.name() != null);
      expected
          .computeIfAbsent(change.id(), unused -> new ArrayList<>())
          .add(type + " " + change.name());
    }
    return expected;
  }

  private static long micros(Record change) {
    Instant committed = ((OffsetDateTime) change.getField("_commit_timestamp")).toInstant();
    return TimeUnit.SECONDS.toMicros(committed.getEpochSecond()) + committed.getNano() / 1000;
  }

  private static long end(List<BucketOffsets> offsets, int bucket) {
    return offsets.get(bucket).endOffset();
  }
}
