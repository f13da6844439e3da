/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server;

import static io.freshet.error.FreshetErrorCode.DATA_FOLDER_IN_USE;
import static io.freshet.error.FreshetErrorCode.INVALID_CONFIGURATION;
import static io.freshet.error.FreshetErrorCode.LAKE_UNAVAILABLE;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_READY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.arrow.ArrowRowAppender;
import io.freshet.client.FreshetClient;
import io.freshet.client.TableWriter;
import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.freshet.lake.LakeRows;
import io.freshet.protocol.CreateTable;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.reader.Projection;
import io.freshet.server.ServerConfiguration.Settings;
import io.freshet.table.TableName;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.LongStream;
import org.apache.arrow.flight.Criteria;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.data.Record;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts, stops, and life with a lake that comes and goes. */
final class ServerLifecycleIT {
  private static final TableName TABLE = TableName.parse("life.one");
  private static final TableName OTHER = TableName.parse("life.other");
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path data;

  @Test
  void secondServerOnTheDataFolderIsRefused() {
    try (TestServer first = new TestServer(data);
        RootAllocator allocator = new RootAllocator()) {
      String message =
          "Data folder %s is in use by the server with process id %d: stop that one, or start this one"
                  .formatted(data, ProcessHandle.current().pid())
              + " with another --data folder";
      fails(
          DATA_FOLDER_IN_USE,
          message,
          () ->
              FreshetServer.start(
                  TestServer.onFreePorts(data, Settings.NONE).resolve(), allocator));
      assertThat(first.client().listTables()).isEmpty();
    }
  }

  @Test
  void portsInUseAreNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        RootAllocator allocator = new RootAllocator()) {
      int port = taken.getLocalPort();
      assertThatThrownBy(() -> FreshetServer.start(settings(port, 0).resolve(), allocator))
          .hasMessageStartingWith("Cannot listen for Arrow Flight on 127.0.0.1:" + port + ": ")
          .hasMessageContaining("in use")
          .hasMessageEndingWith("or choose another port with --flight-port");
      assertThatThrownBy(() -> FreshetServer.start(settings(0, port).resolve(), allocator))
          .hasMessageStartingWith("Cannot listen for HTTP on 127.0.0.1:" + port + ": ");
      // Nothing was left behind that would stop a third attempt.
      FreshetServer.start(settings(0, 0).resolve(), allocator).close();
    }
  }

  @Test
  void settingsThatCantBeAreNamed() throws IOException {
    Path file = data.resolve("freshet.yaml");
    Files.writeString(file, "data: here\nflihgt-port: 9\n");
    fails(
        INVALID_CONFIGURATION,
        file
            + " line 2: there is no setting 'flihgt-port'; the settings are [data, durability,"
            + " flight-port, fresh-memory, host, http-port, lake, lease, log-segment-size, look-up-cache,"
            + " max-batch-size, max-lease, max-staleness, rest-token]",
        () -> ServerConfiguration.read(file));
    for (String[] bad :
        new String[][] {
          {"flight-port: 70000", "flight-port is 70000: set 1 to 65535, or 0 for any free port"},
          {"max-batch-size: 0", "max-batch-size is 0 bytes: set 1 byte to 1GB"},
          {
            "look-up-cache: 1TB",
            "look-up-cache is 1099511627776 bytes, and the heap that it is on has "
                + Runtime.getRuntime().maxMemory()
                + ": set half of that at most, or give the server's JVM more with -Xmx"
          },
          {"lease: soon", "lease = 'soon' is not a duration: write 500ms, 60s, 5min, 1h or 7d"},
          {
            "durability: maybe",
            "durability is 'maybe': set fsync (a write is on disk when it is acknowledged) or os (the"
                + " operating system writes it some seconds later)"
          }
        }) {
      Files.writeString(file, bad[0] + "\n");
      fails(INVALID_CONFIGURATION, bad[1], () -> ServerConfiguration.read(file).resolve());
    }
    Files.writeString(file, "flight-port: many\n");
    assertThatThrownBy(() -> ServerConfiguration.read(file))
        .hasMessageStartingWith(file + " is not valid: ");
  }

  @Test
  void writersOutliveARestartAndLoseNothing() throws Exception {
    int flightPort;
    int httpPort;
    try (ServerSocket first = new ServerSocket(0);
        ServerSocket second = new ServerSocket(0)) {
      flightPort = first.getLocalPort();
      httpPort = second.getLocalPort();
    }
    try (RootAllocator allocator = new RootAllocator()) {
      FreshetServer server =
          FreshetServer.start(settings(flightPort, httpPort).resolve(), allocator);
      try (FreshetClient client = FreshetClient.connect(server.flightUri(), allocator)) {
        create(client, TABLE, List.of("id"));
        try (TableWriter writer = client.newWriter(TABLE);
            VectorSchemaRoot batch = VectorSchemaRoot.create(writer.schema(), allocator)) {
          for (int id = 0; id < 600; id += 10) {
            append(writer, batch, id, id + 10);
            if (id == 300) {
              long startNanos = System.nanoTime();
              server.close();
              assertThat(Duration.ofNanos(System.nanoTime() - startNanos))
                  .as("A writer that stays connected does not hold up the stop")
                  .isLessThan(Duration.ofSeconds(9));
              server = FreshetServer.start(settings(flightPort, httpPort).resolve(), allocator);
            }
          }
          writer.flush();
        }
        UnionSnapshot snapshot = client.plan(TABLE);
        Projection all = Projection.of(snapshot.schema(), null, null);
        assertThat(ids(UnionRows.read(client, snapshot, all, allocator))).isEqualTo(numbers(600));
      }
      server.close();
    }
  }

  @Test
  void writersBatchesAreKnownAfterARestart() {
    try (TestServer server = new TestServer(data, smallSegments())) {
      create(server.client(), TABLE, List.of());
      UUID writerId = UUID.randomUUID();
      sendAll(server, writerId, 10);
      server.restart();
      sendAll(server, writerId, 12);
      assertThat(ids(server.rows(TABLE))).isEqualTo(numbers(120));

      var unused = server.client().tier(TABLE);
      Path log = data.resolve("log");
      Await.until("the tiered log is trimmed", SOON, () -> segments(log) <= 4);
      server.restart();
      sendAll(server, writerId, 13);
      assertThat(ids(server.rows(TABLE))).isEqualTo(numbers(130));
    }
  }

  @Test
  void logGoesOnlyWhenItIsTieredAndNobodyReadsIt() {
    try (TestServer server = new TestServer(data, smallSegments())) {
      create(server.client(), TABLE, List.of());
      sendAll(server, UUID.randomUUID(), 200);
      Path log = data.resolve("log");
      long before = segments(log);
      assertThat(before).isGreaterThan(8);
      Await.pause(Duration.ofMillis(700));
      assertThat(segments(log)).isEqualTo(before);

      UnionSnapshot snapshot = server.client().plan(TABLE);
      assertThat(server.client().tier(TABLE).rows()).isEqualTo(2000);
      Await.pause(Duration.ofMillis(700));
      Projection all = Projection.of(snapshot.schema(), null, null);
      assertThat(ids(server.rows(snapshot, all))).isEqualTo(numbers(2000));
      assertThat(segments(log)).isGreaterThanOrEqualTo(before);

      server.client().release(snapshot);
      Await.until("the released log is trimmed", SOON, () -> segments(log) <= 4);
      assertThat(ids(server.rows(TABLE))).isEqualTo(numbers(2000));
    }
  }

  @Test
  void tableWithoutItsLakeIsNotReadyAndOthersAre() throws IOException {
    try (TestServer server = new TestServer(data)) {
      create(server.client(), TABLE, List.of());
      create(server.client(), OTHER, List.of());
      sendAll(server, UUID.randomUUID(), 10);
      Path folder = lakeFolder(server, TABLE);
      Path aside = folder.resolveSibling("aside");
      server.stop();
      Files.move(folder, aside);
      server.start();
      assertThatThrownBy(() -> server.client().describeTable(TABLE))
          .isInstanceOfSatisfying(
              FreshetException.class, e -> assertThat(e.code()).isEqualTo(TABLE_NOT_READY))
          .hasMessageStartingWith("Table life.one is not ready yet: The lake can't be used now: ");
      assertThat(server.rows(OTHER)).isEmpty();
      assertThat(server.client().listTables()).containsExactly(TABLE, OTHER);
      try (RootAllocator allocator = new RootAllocator();
          PlainFlight flight = new PlainFlight(server.server().flightUri(), allocator)) {
        assertThat(flight.client().listFlights(Criteria.ALL)).hasSize(1);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      Files.move(aside, folder);
      Await.until("the table is ready", SOON, () -> isReady(server.client()));
      assertThat(ids(server.rows(TABLE))).isEqualTo(numbers(100));
    }
  }

  @Test
  void rowsStayReadableWhileTheLakeCantBeWritten() throws IOException {
    try (TestServer server = new TestServer(data)) {
      create(server.client(), TABLE, List.of());
      sendAll(server, UUID.randomUUID(), 10);
      Path files = lakeFolder(server, TABLE).resolve("data");
      Files.createFile(files); // In the place of the folder for data files.
      assertThatThrownBy(() -> server.client().tier(TABLE))
          .isInstanceOfSatisfying(
              FreshetException.class, e -> assertThat(e.code()).isEqualTo(LAKE_UNAVAILABLE));
      assertThat(ids(server.rows(TABLE))).isEqualTo(numbers(100));
      sendAll(server, UUID.randomUUID(), 0);

      Files.delete(files);
      assertThat(server.client().tier(TABLE).rows()).isEqualTo(100);
      assertThat(ids(server.rows(TABLE))).isEqualTo(numbers(100));
      assertThat(server.client().describeTable(TABLE).lakeRows()).isEqualTo(100);
    }
  }

  private static boolean isReady(FreshetClient client) {
    try {
      return client.describeTable(TABLE).freshRows() == 100;
    } catch (FreshetException e) {
      return false;
    }
  }

  private static Path lakeFolder(TestServer server, TableName table) {
    String metadata =
        server.client().describeTable(table).location().replaceFirst("^file:(//)?", "");
    return Path.of(metadata.substring(0, metadata.indexOf("/metadata/")));
  }

  private Settings settings(int flightPort, int httpPort) {
    return new Settings(
        data.toString(),
        null,
        flightPort,
        httpPort,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  private static Settings smallSegments() {
    return new Settings(
        null, null, null, null, null, null, null, null, "4KB", null, null, null, null, null);
  }

  private static void create(FreshetClient client, TableName table, List<String> bucketKey) {
    var unused =
        client.createTable(
            new CreateTable(
                table,
                LakeRows.SCHEMA,
                null,
                null,
                2,
                bucketKey,
                Map.of(
                    "freshet.freshness", "1h",
                    "freshet.log.retention.time", "0s",
                    "freshet.log.retention.size", "0")));
  }

  /** Sends the writer's first batches, of ten rows each. */
  private static void sendAll(TestServer server, UUID writerId, int batches) {
    try (TableWriter writer = server.client().newWriter(TABLE, writerId);
        VectorSchemaRoot batch = VectorSchemaRoot.create(writer.schema(), server.allocator())) {
      for (int number = 0; number < batches; number++) {
        append(writer, batch, number * 10, number * 10 + 10);
      }
      writer.flush();
    }
  }

  private static void append(TableWriter writer, VectorSchemaRoot batch, int from, int to) {
    List<Record> rows =
        LongStream.range(from, to).mapToObj(id -> LakeRows.row(id, "row " + id)).toList();
    ArrowRowAppender appender = new ArrowRowAppender(LakeRows.SCHEMA, batch);
    rows.forEach(appender::append);
    appender.finish();
    var sent = writer.append(batch);
  }

  /** How many segments the log has now; the server may delete some while they are counted. */
  private static long segments(Path log) {
    File[] found = log.toFile().listFiles();
    if (found == null) {
      return Files.exists(log) ? 1 : 0;
    }
    return Arrays.stream(found).mapToLong(file -> segments(file.toPath())).sum();
  }

  private static void fails(FreshetErrorCode code, String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(FreshetException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessage(message);
  }

  private static List<Long> ids(List<Record> rows) {
    return rows.stream().map(row -> (Long) row.getField("id")).sorted().toList();
  }

  private static List<Long> numbers(long end) {
    return LongStream.range(0, end).boxed().toList();
  }
}
