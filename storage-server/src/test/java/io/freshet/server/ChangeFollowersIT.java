/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server;

import static io.freshet.error.FreshetErrorCode.SERVER_UNAVAILABLE;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_FOUND;
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
import static io.freshet.server.WrittenChanges.ticket;
import static io.freshet.server.WrittenChanges.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.arrow.ArrowRows;
import io.freshet.client.ChangeStream;
import io.freshet.protocol.BucketOffsets;
import io.freshet.protocol.ChangesTicket;
import io.freshet.server.WrittenChanges.Change;
import io.freshet.table.TableName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers who follow the changes of a real server. */
final class ChangeFollowersIT {
  @TempDir Path data;

  @Test
  void aFollowerGetsWhatIsWrittenLaterUntilItIsCancelled() throws Exception {
    try (TestServer server = new TestServer(data)) {
      create(server, LOG, LOG_SCHEMA, 1);
      CountDownLatch ready = new CountDownLatch(1);
      List<Long> seen = new ArrayList<>();
      try (ChangeStream stream = server.client().readChanges(ticket(LOG, 0, 0, null))) {
        CompletableFuture<Void> follower =
            CompletableFuture.runAsync(() -> {
              while (stream.next()) {
                new ArrowRows(changes(LOG_SCHEMA), stream.batch())
                    .copyAll()
                    .forEach(change -> seen.add((Long) change.getField("_offset")));
                if (seen.size() == 10) {
                  ready.countDown();
                } else if (seen.size() == 30) {
                  stream.cancel();
                }
              }
            });
        write(server, LOG, LOG_SCHEMA, null, numbered(0, 10), 5);
        assertThat(ready.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        write(server, LOG, LOG_SCHEMA, null, numbered(10, 20), 5);
        follower.get(SOON.toSeconds(), TimeUnit.SECONDS);
      }
      assertThat(seen).containsExactlyElementsOf(LongStream.range(0, 30).boxed().toList());
    }
  }

  @Test
  void aFollowerSeesATransactionAtOnceWhenItIsCommitted() {
    try (TestServer server = new TestServer(data)) {
      create(server, KEYED, KEYED_SCHEMA, 1);
      String id = server.client().beginTransaction(KEYED, "t", null).transaction();
      try (ChangeStream stream = server.client().readChanges(ticket(KEYED, 0, 0, null))) {
        write(server, KEYED, KEYED_SCHEMA, id, numbered(0, 100), 10);
        assertThat(server.client().offsets(KEYED).offsets())
            .containsExactly(new BucketOffsets(0, 0, 0, null));
        write(server, KEYED, KEYED_SCHEMA, null, List.of(new Change(5, "before")), 1);
        assertThat(stream.next()).isTrue();
        assertThat(stream.batch().getRowCount()).isEqualTo(1);

        server.client().commitTransaction(KEYED, id);
        assertThat(stream.next()).isTrue();
        List<Record> batch = new ArrowRows(changes(KEYED_SCHEMA), stream.batch()).copyAll();
        assertThat(batch).hasSize(100);
        assertThat(describe(batch.get(5))).isEqualTo("update_after 5=name 5 at 0/6");
      }
    }
  }

  @Test
  void aFollowerThatIsSlowHoldsNothingUpAndMissesNothing() {
    try (TestServer server = new TestServer(data)) {
      create(server, LOG, LOG_SCHEMA, 1);
      try (ChangeStream stream = server.client().readChanges(ticket(LOG, 0, 0, null))) {
        String longName = "x".repeat(4000);
        List<Change> rows =
            LongStream.range(0, 10_000).mapToObj(i -> new Change(i, longName)).toList();
        write(server, LOG, LOG_SCHEMA, null, rows, 500);
        long next = 0;
        while (next < rows.size() && stream.next()) {
          for (Record change : new ArrowRows(changes(LOG_SCHEMA), stream.batch()).copyAll()) {
            assertThat(change.getField("_offset")).isEqualTo(next++);
          }
        }
        assertThat(next).isEqualTo(rows.size());
      }
    }
  }

  @Test
  void aFollowerIsToldWhenTheServerStopsOrTheTableGoes() {
    try (TestServer server = new TestServer(data)) {
      create(server, LOG, LOG_SCHEMA, 1);
      try (ChangeStream stream = server.client().readChanges(ticket(LOG, 0, 0, null))) {
        write(server, LOG, LOG_SCHEMA, null, numbered(0, 1), 1);
        assertThat(stream.next()).isTrue();
        server.server().close();
        assertFails(
            stream::next,
            SERVER_UNAVAILABLE,
            "The server is shutting down: go on after the last change that came, when it is back");
      }
      server.restart();
      UUID id = server.client().offsets(LOG).tableId();
      try (ChangeStream stream = server.client().readChanges(ticket(LOG, 0, 0, null))) {
        assertThat(stream.next()).isTrue();
        server.client().dropTable(LOG);
        assertFails(
            stream::next, TABLE_NOT_FOUND, "Table db.events is no longer open on this server");
      }
      create(server, TableName.parse("db.other"), LOG_SCHEMA, 1);
      ChangesTicket wrongId =
          new ChangesTicket(TableName.parse("db.other"), id, 0, 0, null, null, null);
      assertFails(
          () -> drain(server, wrongId),
          TABLE_NOT_FOUND,
          "and the offsets are of table " + id + ", which was dropped");
    }
  }
}
