/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.quickstart;

import static io.freshet.error.FreshetErrorCode.INTERNAL;

import io.freshet.cli.output.Console;
import io.freshet.cli.output.Quantities;
import io.freshet.cli.quickstart.LiveStream.BatchTimes;
import io.freshet.cli.transfer.FileLoad;
import io.freshet.cli.transfer.LeasedSnapshot;
import io.freshet.client.FreshetClient;
import io.freshet.client.TableWriter;
import io.freshet.error.FreshetException;
import io.freshet.lake.LakeFileIO;
import io.freshet.protocol.CreateTable;
import io.freshet.protocol.TableDescription;
import io.freshet.protocol.TierResult;
import io.freshet.reader.UnionReader;
import io.freshet.server.FreshetServer;
import io.freshet.server.ServerConfiguration;
import io.freshet.table.TableName;
import io.freshet.table.TableOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/** A server with a table of real flights, in this process. */
public final class Quickstart implements AutoCloseable {
  private static final TableName TABLE = TableName.parse("demo.flights");
  private static final TableName AIRPORTS = TableName.parse("demo.airports");
  private static final int LOAD_BATCH_ROWS = 25_000;
  private static final long STREAM_END_SECONDS = 30;

  private final Console console;
  private final BufferAllocator allocator;
  private final long startNanos;
  private final Path data;
  private final FlightFiles files;
  private final FreshetServer server;
  private final FreshetClient client;
  private @Nullable AirportReport report;

  private Quickstart(
      Console console,
      BufferAllocator allocator,
      long startNanos,
      Path data,
      FlightFiles files,
      FreshetServer server) {
    this.console = console;
    this.allocator = allocator;
    this.startNanos = startNanos;
    this.data = data;
    this.files = files;
    this.server = server;
    this.client = FreshetClient.connect(server.flightUri(), allocator);
  }

  /**
   * Starts the server.
   *
   * @param allocator borrowed
   * @param inputFolder where the flights' files are copied to
   * @param startNanos when the command began, by {@code System.nanoTime}
   */
  public static Quickstart start(
      Console console,
      BufferAllocator allocator,
      ServerConfiguration configuration,
      Path inputFolder,
      long startNanos) {
    FlightFiles files = FlightFiles.copyTo(inputFolder);
    FreshetServer server = FreshetServer.start(configuration, allocator);
    Quickstart quickstart =
        new Quickstart(console, allocator, startNanos, configuration.data(), files, server);
    quickstart.say(
        "A Freshet server runs at %s, its data is in %s", server.flightUri(), configuration.data());
    return quickstart;
  }

  public String address() {
    return server.flightUri();
  }

  /**
   * Writes history and tiers it, then streams flights for {@code live}, and reads all the while.
   *
   * @param staysFresh whether flights that are fresh at the end shall not move into the lake soon
   */
  public QuickstartResult run(Duration live, boolean staysFresh) throws InterruptedException {
    TableDescription table = createTable(live);
    long historyRows = loadHistory(table);
    try (LakeFileIO lakeFiles = new LakeFileIO()) {
      lakeFiles.initialize(Map.of());
      UnionReader reader = new UnionReader(client, lakeFiles, allocator);
      LiveStream stream = new LiveStream(client, table, files.live(), allocator, live);
      LiveRun run = new LiveRun(client, reader, TABLE, historyRows, new LiveView(console));
      say(
          "%nNow %s more flights, of June 27 to 30, arrive within %d s. Each line reads the whole"
              + " table.%n",
          Quantities.count(FlightFiles.LIVE_ROWS), live.toSeconds());
      stream(stream, run);
      if (staysFresh) {
        var unused = client.alterProperties(TABLE, Map.of(TableOptions.FRESHNESS, "1h"), List.of());
      }
      return finish(reader, stream, run, historyRows);
    }
  }

  /**
   * Asks query engines the same query, after {@link #run}, and checks their answers.
   *
   * @param checkout which has the engines
   */
  public QuickstartResult askEngines(
      List<QueryEngine> engines, Path checkout, QuickstartResult result)
      throws InterruptedException {
    AirportReport own = Objects.requireNonNull(report, "run comes first");
    loadAirports();
    List<EngineReport> answered = new ArrayList<>();
    for (QueryEngine engine : engines) {
      say("%nStarting %s, in a process of its own", engine.title());
      EngineReport answer = EngineReport.ask(engine, checkout, address());
      if (!answer.agreesWith(own)) {
        throw FreshetException.of(
            INTERNAL,
            "%s counts other flights of table %s than a union read does",
            engine.title(),
            TABLE);
      }
      answered.add(answer);
    }
    if (!console.isJson()) {
      EngineReport.print(console, answered);
      console.out().flush();
    }
    return result.withEngines(answered.stream().map(EngineReport::result).toList());
  }

  @Override
  public void close() {
    try (server) {
      client.close();
    }
  }

  private TableDescription createTable(Duration live) {
    // The oldest flight gets this old once, somewhat after the middle.
    Duration freshness = live.multipliedBy(6).dividedBy(10);
    return client.createTable(
        new CreateTable(
            TABLE,
            files.history().inferSchema(),
            List.of("month(date)"),
            null,
            null,
            null,
            Map.of(TableOptions.FRESHNESS, freshness.toMillis() + "ms")));
  }

  private long loadHistory(TableDescription table) {
    long start = System.nanoTime();
    long rows;
    try (TableWriter writer = client.newWriter(TABLE)) {
      FileLoad load = new FileLoad(console, writer, table.schema(), allocator, LOAD_BATCH_ROWS);
      load.load(files.history());
      rows = load.acknowledgedRows();
    }
    long nanos = System.nanoTime() - start;
    say(
        "Wrote %s flights of January 2001 to %s in %s (%s, all durable)",
        Quantities.count(rows), TABLE, Quantities.duration(nanos), Quantities.rate(rows, nanos));
    TierResult tiered = client.tier(TABLE);
    say(
        "Moved them into the lake, as Parquet in an Iceberg table, in %s",
        Quantities.duration(TimeUnit.MILLISECONDS.toNanos(tiered.millis())));
    return rows;
  }

  private void loadAirports() {
    TableDescription table =
        client.createTable(
            new CreateTable(
                AIRPORTS, files.airports().inferSchema(), null, null, null, null, Map.of()));
    try (TableWriter writer = client.newWriter(AIRPORTS)) {
      new FileLoad(console, writer, table.schema(), allocator, LOAD_BATCH_ROWS)
          .load(files.airports());
    }
  }

  private static void stream(LiveStream stream, LiveRun run) throws InterruptedException {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      Future<?> running = thread.submit(stream);
      run.follow(stream, running);
    } finally {
      thread.shutdownNow();
      // A command that was told to end waits no longer than it takes to close the stream.
      boolean wasInterrupted = Thread.interrupted();
      thread.awaitTermination(STREAM_END_SECONDS, TimeUnit.SECONDS);
      if (wasInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private QuickstartResult finish(
      UnionReader reader, LiveStream stream, LiveRun run, long historyRows) {
    long written = historyRows + stream.acknowledgedRows();
    UnionCount count;
    AirportReport read;
    try (LeasedSnapshot leased = LeasedSnapshot.plan(client, TABLE)) {
      count = UnionCount.read(reader, leased.snapshot());
      read = AirportReport.read(reader, leased.snapshot(), files.airports(), allocator);
    }
    report = read;
    if (count.rows() != written || !read.addsUp()) {
      throw FreshetException.of(
          INTERNAL,
          "%d rows were written, and the union read has %d: %d of the lake and %d fresh ones",
          written,
          count.rows(),
          count.lakeRows(),
          count.freshRows());
    }
    if (!console.isJson()) {
      say("%nThe same query on one moment of the table:%n  " + AirportReport.QUERY + "%n");
      read.print(console);
    }
    QuickstartResult result = result(count, stream, run, historyRows);
    if (!console.isJson()) {
      summarize(result);
    }
    return result;
  }

  private QuickstartResult result(
      UnionCount count, LiveStream stream, LiveRun run, long historyRows) {
    List<BatchTimes> times = stream.times(0);
    return new QuickstartResult(
        server.flightUri(),
        data.toString(),
        historyRows + stream.acknowledgedRows(),
        count.lakeRows(),
        count.freshRows(),
        count.rows(),
        run.unionReads(),
        count.lakeRows() - historyRows,
        TimeUnit.NANOSECONDS.toMillis(run.firstAnswerNanos() - startNanos),
        Percentile.MEDIAN.of(times, BatchTimes::writeNanos) / 1e6,
        Percentile.MEDIAN.of(times, BatchTimes::readableNanos) / 1e6,
        Percentile.P95.of(times, BatchTimes::readableNanos) / 1e6,
        List.of());
  }

  private void summarize(QuickstartResult result) {
    say(
        """

        %s rows were written and %s are read, each exactly once: %s from the lake, %s fresh.
        None of %d reads of the whole table missed a row, while %s rows moved into the lake.
        Rows could be read %.1f ms after they were sent (median; 95 %%: %.1f ms), %.1f ms of it until durable.
        The first union read was done %.1f s after the start.\
        """,
        Quantities.count(result.writtenRows()),
        Quantities.count(result.unionRows()),
        Quantities.count(result.lakeRows()),
        Quantities.count(result.freshRows()),
        result.unionReads(),
        Quantities.count(result.tieredRows()),
        result.readableMillis(),
        result.readableMillis95(),
        result.writeMillis(),
        result.firstAnswerMillis() / 1e3);
  }

  private void say(String format, Object... arguments) {
    if (!console.isJson()) {
      console.out().printf(format + "%n", arguments);
      console.out().flush();
    }
  }
}
