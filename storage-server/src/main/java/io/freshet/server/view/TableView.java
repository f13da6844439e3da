/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.view;

import io.freshet.error.FreshetException;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.server.lake.ViewFolder;
import io.freshet.server.table.ServerTable;
import io.freshet.server.table.UnionLease;
import io.freshet.server.view.HeldSnapshots.Held;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.jspecify.annotations.Nullable;

/**
 * A table's virtual snapshots in one dialect. One is built at a time; calls that come meanwhile
 * share the next. Thread-safe.
 */
final class TableView {
  private final ViewContext context;
  private final Dialect dialect;
  private final Supplier<ServerTable> source;
  private final HeldSnapshots held = new HeldSnapshots();

  private @Nullable VirtualSnapshots snapshots;
  private @Nullable String folder;

  /** Of those who wait for the build that has not begun yet. */
  private @Nullable CompletableFuture<TableMetadata> waiting;

  private boolean isBuilding;

  /**
   * @param source the table as it is open now
   */
  TableView(ViewContext context, Dialect dialect, Supplier<ServerTable> source) {
    this.context = context;
    this.dialect = dialect;
    this.source = source;
  }

  /**
   * A virtual snapshot with all that was acknowledged before this call, or {@code maxStaleness}
   * before it. Its lease is counted from the answer.
   */
  synchronized CompletableFuture<TableMetadata> load(Duration maxStaleness) {
    Held newest = held.newest();
    long nowMillis = context.nowMillis();
    if (newest != null && nowMillis - newest.frozenAtMillis() < maxStaleness.toMillis()) {
      return hold(source.get(), newest.snapshot(), newest.frozenAtMillis());
    }
    if (waiting == null) {
      waiting = new CompletableFuture<>();
      if (!isBuilding) {
        isBuilding = true;
        context.executor().execute(this::build);
      }
    }
    return waiting;
  }

  /** Deletes the files of snapshots whose lease has ended; false if there are no snapshots left. */
  boolean expire() {
    Set<String> unused;
    boolean isEmpty;
    synchronized (this) {
      long nowMillis = context.nowMillis();
      unused = isBuilding ? held.expireAllButNewest(nowMillis) : held.expire(nowMillis);
      isEmpty = held.isEmpty() && !isBuilding;
      if (isEmpty) {
        snapshots = null; // What it would go on from is deleted.
      }
    }
    NewFiles.delete(unused, context.io());
    return !isEmpty;
  }

  /** When the newest snapshot was frozen, or null if there is none. */
  synchronized @Nullable Long frozenAtMillis() {
    Held newest = held.newest();
    return newest == null ? null : newest.frozenAtMillis();
  }

  synchronized int files() {
    return held.files();
  }

  private void build() {
    CompletableFuture<TableMetadata> answer;
    synchronized (this) {
      answer = waiting;
      waiting = null;
    }
    try {
      CompletableFuture<TableMetadata> built = build(source.get());
      if (answer != null) {
        built.whenComplete((metadata, error) -> {
          if (error == null) {
            answer.complete(metadata);
          } else {
            answer.completeExceptionally(error);
          }
        });
      }
    } catch (Throwable e) {
      if (answer != null) {
        answer.completeExceptionally(e);
      }
    }
    synchronized (this) {
      if (waiting == null) {
        isBuilding = false;
      } else {
        context.executor().execute(this::build);
      }
    }
  }

  private CompletableFuture<TableMetadata> build(ServerTable table) {
    long frozenAtMillis = context.nowMillis();
    UnionSnapshot planned = join(table.plan(null));
    try {
      UnionLease lease = join(table.lease(planned.snapshot()));
      synchronized (this) {
        Held newest = held.newest();
        if (newest != null && newest.snapshot().state().equals(UnionState.of(lease))) {
          return hold(table, newest.snapshot(), frozenAtMillis);
        }
      }
      VirtualSnapshot built = write(table, planned, lease);
      synchronized (this) {
        held.add(new Held(built, frozenAtMillis, Long.MAX_VALUE));
        return hold(table, built, frozenAtMillis);
      }
    } finally {
      table.release(planned.snapshot());
    }
  }

  private VirtualSnapshot write(ServerTable table, UnionSnapshot planned, UnionLease lease) {
    VirtualSnapshots writer;
    List<VirtualSnapshot> history;
    synchronized (this) {
      history = held.history();
      writer = snapshots;
      if (writer == null) {
        writer = new VirtualSnapshots(table.name(), dialect, context.allocator());
        snapshots = writer;
      }
    }
    NewFiles files = new NewFiles(folder(lease.base().metadataLocation()), context.io());
    long startNanos = System.nanoTime();
    try {
      VirtualSnapshot built = writer.next(table, planned, lease, history, files);
      context.metrics().built(dialect, System.nanoTime() - startNanos, built, files.locations());
      return built;
    } catch (RuntimeException | Error e) {
      synchronized (this) {
        snapshots = null;
      }
      context.metrics().failed(dialect);
      files.discard();
      throw e;
    }
  }

  /** Puts the newest snapshot's lease forward, also that on its base in the lake. */
  private CompletableFuture<TableMetadata> hold(
      ServerTable table, VirtualSnapshot newest, long frozenAtMillis) {
    long expiresAtMillis = context.nowMillis() + context.lease().toMillis();
    held.renewNewest(new Held(newest, frozenAtMillis, expiresAtMillis));
    Long base = newest.baseSnapshotId();
    return base == null
        ? CompletableFuture.completedFuture(newest.metadata())
        : table.keepBase(base, context.lease()).thenApply(kept -> newest.metadata());
  }

  private String folder(String metadataLocation) {
    String known = folder;
    if (known == null) {
      String table = TableMetadataParser.read(context.io(), metadataLocation).location();
      known = ViewFolder.of(table) + "/" + context.epoch();
      folder = known;
    }
    return known;
  }

  private static <T> T join(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof FreshetException failure ? failure : e;
    }
  }
}
