/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server;

import static io.freshet.error.FreshetErrorCode.INVALID_CONFIGURATION;

import io.freshet.error.FreshetException;
import io.freshet.lake.LakeFileIO;
import io.freshet.protocol.ServerInfo;
import io.freshet.server.flight.FlightService;
import io.freshet.server.fresh.FreshMemory;
import io.freshet.server.http.Health;
import io.freshet.server.http.HttpService;
import io.freshet.server.http.ServerMetrics;
import io.freshet.server.http.Warehouse;
import io.freshet.server.index.KeyIndexConfiguration;
import io.freshet.server.keys.IndexStorage;
import io.freshet.server.lake.IcebergLake;
import io.freshet.server.lake.LakeCatalog;
import io.freshet.server.log.LocalDisk;
import io.freshet.server.log.LocalLog;
import io.freshet.server.log.LocalLogConfiguration;
import io.freshet.server.loop.EventLoop;
import io.freshet.server.loop.ThreadEventLoop;
import io.freshet.server.parquet.PageCache;
import io.freshet.server.table.FileTableStore;
import io.freshet.server.table.TableContext;
import io.freshet.server.table.TableOpener;
import io.freshet.server.table.Tables;
import io.freshet.server.view.Dialect;
import io.freshet.server.view.FreshCatalog;
import io.freshet.server.view.FreshView;
import io.freshet.server.view.ViewContext;
import io.freshet.server.view.ViewMetrics;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.iceberg.io.FileIO;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running server: opens its data folder and tables, and serves them until it is closed. */
public final class FreshetServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FreshetServer.class);
  private static final int MAX_WAITING_REQUESTS = 10_000;
  private static final int LOG_THREADS = 4;
  private static final int LAKE_THREADS = 2;
  private static final int INDEX_THREADS = 2;
  private static final int CALL_THREADS = 4;
  private static final int VIEW_THREADS = 2;
  private static final long LOG_PENDING_BYTES = 1L << 30;
  private static final long CLOSE_SECONDS = 60;

  private final ServerConfiguration configuration;
  private final Deque<AutoCloseable> toClose = new ArrayDeque<>();
  private long epoch;
  private FlightService flight;
  private HttpService http;

  /**
   * Starts a server. When this returns it answers calls, and every table was tried to open.
   *
   * @param rootAllocator borrowed; all Arrow memory of the server comes from it
   */
  @SuppressWarnings("NullAway.Init") // Services are set by open(), or the constructor throws.
  private FreshetServer(ServerConfiguration configuration, BufferAllocator rootAllocator) {
    this.configuration = configuration;
    try {
      open(rootAllocator);
    } catch (IOException e) {
      close();
      throw new FreshetException(
          INVALID_CONFIGURATION, String.format("Can't start the server: %s", e.getMessage()), e);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** Starts a server. When this returns it answers calls, and was tried to open every table. */
  public static FreshetServer start(
      ServerConfiguration configuration, BufferAllocator rootAllocator) {
    return new FreshetServer(configuration, rootAllocator);
  }

  public String flightUri() {
    return "grpc://" + configuration.host() + ":" + flight.port();
  }

  public String httpUri() {
    return "http://" + configuration.host() + ":" + http.port();
  }

  public String lakeUri() {
    return httpUri() + "/iceberg";
  }

  public ServerInfo info() {
    return new ServerInfo(
        version(),
        epoch,
        lakeUri(),
        new ServerInfo.Limits(configuration.maxBatchBytes(), configuration.maxLease().toMillis()));
  }

  /** The version of this build. */
  public static String version() {
    String version = FreshetServer.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  /** Ends calls that run, closes tables and logs, and gives the data folder back. Idempotent. */
  @Override
  public void close() {
    while (!toClose.isEmpty()) {
      AutoCloseable next = toClose.pop();
      try {
        next.close();
      } catch (Exception e) {
        LOG.warn("Shutdown goes on after a failure", e);
      }
    }
  }

  private void open(BufferAllocator rootAllocator) throws IOException {
    DataFolder data = closing(DataFolder.open(configuration.data()));
    epoch = data.epoch();
    LakeCatalog catalog = closing(LakeCatalog.open(data.folder(), configuration.lake()));
    FileIO lakeFiles = closing(new LakeFileIO());
    lakeFiles.initialize(configuration.lake());
    // One allocator for rows on their way in, kept, and on their way out: they are the same
    // buffers.
    BufferAllocator rows = closing(allocator(rootAllocator, "rows"));
    BufferAllocator indexes = closing(allocator(rootAllocator, "key indexes"));
    BufferAllocator tiering = closing(allocator(rootAllocator, "tiering"));
    List<EventLoop> loops = loops();
    ExecutorService logWrites = closing("log", Executors.newFixedThreadPool(LOG_THREADS));
    ExecutorService lakeWork = closing("lake", Executors.newFixedThreadPool(LAKE_THREADS));
    ExecutorService indexWork = closing("key indexes", Executors.newFixedThreadPool(INDEX_THREADS));
    ExecutorService calls = closing("calls", Executors.newFixedThreadPool(CALL_THREADS));
    ExecutorService definitions = closing("tables", Executors.newSingleThreadExecutor());
    LocalLog log =
        new LocalLog(
            new LocalDisk(data.log()),
            logWrites,
            rows,
            Clock.systemUTC(),
            LocalLogConfiguration.DEFAULT
                .withSegmentSizeBytes(configuration.logSegmentBytes())
                .withDurability(configuration.durability())
                .withMaxPendingBytes(LOG_PENDING_BYTES));
    TableContext context =
        new TableContext(
            loops.get(0),
            lakeWork,
            calls,
            UUID::randomUUID,
            new IndexStorage(
                new LocalDisk(data.index()),
                indexWork,
                indexes,
                KeyIndexConfiguration.DEFAULT,
                new SecureRandom()),
            new LocalDisk(data.transactions()),
            Clock.systemUTC(),
            epoch,
            configuration.lease(),
            configuration.maxLease(),
            tiering);
    FreshMemory memory = new FreshMemory(configuration.freshMemoryBytes());
    TableOpener opener = new TableOpener(log, memory, loops, context, rows);
    IcebergLake lake = new IcebergLake(catalog.catalog(), catalog.namespaces());
    Tables tables =
        new Tables(
            new FileTableStore(data.tables()),
            lake,
            opener,
            definitions,
            loops.get(0),
            UUID::randomUUID,
            Clock.systemUTC());
    toClose.push(tables::close);
    tables.start().join();
    PageCache lakePages = new PageCache(configuration.lookUpCacheBytes());
    ServerMetrics meters = metrics(memory, tables, lakePages);
    http =
        closing(
            HttpService.start(
                configuration.host(),
                configuration.httpPort(),
                Health::up,
                meters,
                warehouses(
                    catalog, tables, closing(allocator(rootAllocator, "fresh view")), meters),
                configuration.restToken()));
    flight =
        closing(
            FlightService.start(
                configuration.host(),
                configuration.flightPort(),
                tables,
                lake,
                lakeFiles,
                lakePages,
                this::info,
                rows,
                configuration.maxBatchBytes()));
  }

  /** The lake, and its tables with their fresh rows, in two versions of the format. */
  private List<Warehouse> warehouses(
      LakeCatalog catalog, Tables tables, BufferAllocator allocator, ServerMetrics meters) {
    Warehouse lake =
        Warehouse.of(
            LakeCatalog.NAME,
            catalog.catalog(),
            new OwnedTables(tables),
            catalog.clientDefaults(),
            catalog.tableDefaults());
    FileIO files = closing(LakeFileIO.withoutSync());
    files.initialize(configuration.lake());
    FreshView view =
        new FreshView(
            tables,
            new ViewContext(
                files,
                closing("fresh view", Executors.newFixedThreadPool(VIEW_THREADS)),
                allocator,
                Clock.systemUTC(),
                epoch,
                configuration.lease(),
                new ViewMetrics(meters.registry())));
    ScheduledExecutorService expiry = Executors.newSingleThreadScheduledExecutor();
    closing("expiry of the fresh view", expiry);
    expiry.scheduleWithFixedDelay(() -> expire(view), 1, 1, TimeUnit.SECONDS);
    return List.of(
        lake,
        fresh(ServerConfiguration.FRESH, Dialect.V3, view, tables, lake, files),
        fresh(ServerConfiguration.FRESH_V2, Dialect.V2, view, tables, lake, files));
  }

  private static void expire(FreshView view) {
    try {
      view.expire();
    } catch (RuntimeException e) {
      LOG.warn("Expiry of virtual snapshots goes on after a failure", e);
    }
  }

  private Warehouse fresh(
      String name, Dialect dialect, FreshView view, Tables tables, Warehouse lake, FileIO files) {
    Duration maxStaleness = configuration.maxStaleness().getOrDefault(name, Duration.ZERO);
    return Warehouse.readOnly(
        name,
        new FreshCatalog(name, dialect, view, tables, lake.catalog(), files, maxStaleness),
        lake,
        "Write with Freshet instead ('freshet write', or its Spark and Trino connectors), or commit to"
            + " warehouse "
            + lake.name());
  }

  private ServerMetrics metrics(FreshMemory memory, Tables tables, PageCache lakePages) {
    ServerMetrics metrics = closing(new ServerMetrics());
    metrics
        .registry()
        .more()
        .counter("freshet.look.up.page.hits", List.of(), lakePages, PageCache::hits);
    metrics
        .registry()
        .more()
        .counter("freshet.look.up.page.misses", List.of(), lakePages, PageCache::misses);
    metrics
        .registry()
        .gauge("freshet.look.up.cache.used.bytes", lakePages, cache -> (double) cache.usedBytes());
    metrics
        .registry()
        .gauge("freshet.fresh.memory.used.bytes", memory, used -> (double) used.usedBytes());
    metrics
        .registry()
        .gauge("freshet.fresh.memory.limit.bytes", memory, limit -> (double) limit.limitBytes());
    metrics.registry().gauge("freshet.tables.open", tables, open -> open.open().size());
    return metrics;
  }

  private List<EventLoop> loops() {
    List<EventLoop> loops = new ArrayList<>();
    int count = Math.max(2, Runtime.getRuntime().availableProcessors());
    for (int i = 0; i < count; i++) {
      loops.add(closing(new ThreadEventLoop("freshet-loop-" + i, MAX_WAITING_REQUESTS)));
    }
    return loops;
  }

  private <T extends AutoCloseable> T closing(T resource) {
    toClose.push(resource);
    return resource;
  }

  private ExecutorService closing(String name, ExecutorService executor) {
    toClose.push(() -> {
      executor.shutdown();
      if (!executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("Work of '{}' did not end within {} s", name, CLOSE_SECONDS);
        executor.shutdownNow();
      }
    });
    return executor;
  }

  private static BufferAllocator allocator(BufferAllocator root, String name) {
    return root.newChildAllocator(name, 0, Long.MAX_VALUE);
  }
}
