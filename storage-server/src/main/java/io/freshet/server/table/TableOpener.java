/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.table;

import static io.freshet.error.FreshetErrorCode.LAKE_DIVERGED;

import io.freshet.error.FreshetException;
import io.freshet.server.bucket.Bucket;
import io.freshet.server.fresh.FreshMemory;
import io.freshet.server.fresh.FreshRows;
import io.freshet.server.keys.BucketKeysOpener;
import io.freshet.server.keys.KeyedRows;
import io.freshet.server.keys.TableKeys;
import io.freshet.server.lake.LakeState;
import io.freshet.server.lake.LakeTable;
import io.freshet.server.log.BucketId;
import io.freshet.server.log.BucketLog;
import io.freshet.server.log.Log;
import io.freshet.server.log.LogEntry;
import io.freshet.server.loop.EventLoop;
import io.freshet.server.schema.LogSchemas;
import io.freshet.server.transaction.Staging;
import io.freshet.server.transaction.TransactionLog;
import io.freshet.server.transaction.Transactions;
import io.freshet.table.TableDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens tables: what the lake holds says where each bucket's fresh rows start, and the log from
 * there on says what they are. Blocking.
 *
 * @param loops the server's event loops, over which buckets and tables are spread
 * @param context for all tables; its loop is replaced by the table's own
 */
public record TableOpener(
    Log log,
    FreshMemory memory,
    List<EventLoop> loops,
    TableContext context,
    BufferAllocator allocator) {
  private static final Logger LOG = LoggerFactory.getLogger(TableOpener.class);
  private static final long REPLAY_BYTES = 16 << 20;

  public TableOpener {
    loops = List.copyOf(loops);
  }

  /**
   * @param carried of a table that was open before; null for one that is opened for the first time
   * @param onStale told when the table has to be opened again, and why
   */
  ServerTable open(
      UUID id,
      LakeTable lake,
      @Nullable CarriedOver carried,
      BiConsumer<ServerTable, String> onStale) {
    lake.alignSchema(context.epoch());
    LakeState state = lake.load();
    TableDefinition definition = lake.definition();
    LogSchemas schemas = new LogSchemas(definition, lake.schemas());
    List<Bucket> buckets = new ArrayList<>();
    List<BucketKeysOpener> indexes = new ArrayList<>();
    try {
      TableKeys keys = null;
      if (definition.hasPrimaryKey()) {
        keys = TableKeys.open(context.indexes(), id, definition);
        for (int number = 0; number < definition.buckets(); number++) {
          BucketId bucket = new BucketId(id, number);
          indexes.add(new BucketKeysOpener(bucket, loop(id, number), keys));
        }
        new IndexFollower(definition, lake, keys, indexes, allocator).follow(state);
      }
      for (int number = 0; number < definition.buckets(); number++) {
        BucketKeysOpener index = keys == null ? null : indexes.get(number);
        buckets.add(openBucket(new BucketId(id, number), definition, schemas, state, keys, index));
      }
      Base base = new Base(state, keys == null ? null : lake.deletes(state.snapshotId()));
      EventLoop loop = loop(id, definition.buckets());
      Staging staging =
          new Staging(
              log, definition, schemas, buckets, context.clock(), context.epoch(), allocator);
      Transactions transactions =
          new Transactions(
              definition.name(),
              loop,
              context.calls(),
              context.clock(),
              context.newId(),
              TransactionLog.open(context.transactions(), id.toString()),
              staging,
              keys);
      return new ServerTable(
          id,
          definition,
          context.withLoop(loop),
          lake,
          base,
          keys,
          transactions,
          buckets,
          carried,
          onStale);
    } catch (RuntimeException | Error e) {
      closeAll(buckets);
      for (BucketKeysOpener index : indexes) {
        var unused = context.indexes().close(id, index.close());
      }
      throw e;
    }
  }

  /** Deletes what is kept of a dropped table beside the lake. */
  void delete(UUID id) {
    Transactions.delete(TransactionLog.open(context.transactions(), id.toString()), log);
    log.delete(id);
    TableKeys.delete(context.indexes(), id);
  }

  /**
   * Lets what is on its way into a table's logs get there, then lets go of everything. Whatever
   * fails, the table is closed then.
   */
  CompletableFuture<Void> close(ServerTable table) {
    return table
        .close()
        .thenCompose(unused ->
            CompletableFuture.allOf(
                table.buckets().stream()
                    .map(bucket -> {
                      bucket.log().close();
                      return CompletableFuture.supplyAsync(() -> close(bucket), bucket.loop())
                          .thenCompose(closed -> closed);
                    })
                    .toArray(CompletableFuture[]::new)))
        .exceptionally(error -> {
          LOG.error("Table {} was not closed in order", table.name(), error);
          return null;
        });
  }

  /**
   * Releases what a bucket holds; nothing uses it any more. Completes when its files are untouched;
   * the table can't be opened before.
   */
  CompletableFuture<Void> close(Bucket bucket) {
    bucket.log().close();
    bucket.fresh().close();
    return close(bucket.id(), bucket.keyed(), bucket.loop());
  }

  /** Closes buckets of a table that can't be opened again before they are. */
  void closeAll(List<Bucket> buckets) {
    for (Bucket bucket : buckets) {
      var unused = close(bucket);
    }
  }

  private CompletableFuture<Void> close(BucketId id, @Nullable KeyedRows keyed, EventLoop loop) {
    if (keyed == null) {
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<Void> closed =
        loop.call(() -> {
          keyed.close();
          return keyed.closed();
        });
    return context.indexes().close(id.tableId(), closed);
  }

  private Bucket openBucket(
      BucketId id,
      TableDefinition definition,
      LogSchemas schemas,
      LakeState state,
      @Nullable TableKeys keys,
      @Nullable BucketKeysOpener index) {
    BucketLog opened = log.open(id, context.epoch());
    try {
      long tiered = state.tiered().of(id.bucket());
      if (opened.endOffset() < tiered) {
        LOG.warn(
            "The log of bucket {} ends at {}, but the lake holds changes up to {}: going on from there",
            id,
            opened.endOffset(),
            tiered);
        opened.skipTo(tiered);
      }
      if (opened.startOffset() > tiered) {
        throw FreshetException.of(
            LAKE_DIVERGED,
            "Can't open bucket %s of table %s: the lake holds changes up to offset %d, and the log starts"
                + " at %d. Was the lake table rolled back? Bring back the snapshot that was current.",
            id.bucket(),
            definition.name(),
            tiered,
            opened.startOffset());
      }
      FreshRows fresh = new FreshRows(opened, memory, schemas, allocator);
      KeyedRows keyed = null;
      try {
        Replay replay = Replay.ofAppends(fresh);
        if (keys != null && index != null) {
          keyed = new KeyedRows(id, index.finish(tiered), tiered);
          replay = Replay.ofChanges(fresh, keyed, keys, schemas, index.loop(), allocator);
        }
        replay(opened, tiered, replay);
        if (keyed != null) {
          keyed.keys().start();
        }
      } catch (RuntimeException | Error e) {
        fresh.close();
        var unused = close(id, keyed, loop(id.tableId(), id.bucket()));
        throw e;
      }
      EventLoop loop = loop(id.tableId(), id.bucket());
      return new Bucket(id, loop, opened, fresh, keyed, context.clock());
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  private static void replay(BucketLog log, long fromOffset, Replay replay) {
    long next = fromOffset;
    while (next < log.endOffset()) {
      for (LogEntry entry : log.read(next, REPLAY_BYTES)) {
        try (entry) {
          replay.apply(entry);
          next = entry.endOffset();
        }
      }
    }
  }

  private EventLoop loop(UUID tableId, int number) {
    return loops.get(Math.floorMod(tableId.hashCode() + number, loops.size()));
  }
}
