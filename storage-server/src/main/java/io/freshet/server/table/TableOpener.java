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
import io.freshet.server.lake.LakeState;
import io.freshet.server.lake.LakeTable;
import io.freshet.server.log.BucketId;
import io.freshet.server.log.BucketLog;
import io.freshet.server.log.Log;
import io.freshet.server.log.LogEntry;
import io.freshet.server.loop.EventLoop;
import io.freshet.table.TableDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.arrow.memory.BufferAllocator;
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

  ServerTable open(UUID id, LakeTable lake) {
    TableDefinition definition = lake.definition();
    LakeState state = lake.load();
    List<Bucket> buckets = new ArrayList<>();
    try {
      for (int number = 0; number < definition.buckets(); number++) {
        buckets.add(openBucket(new BucketId(id, number), definition, state));
      }
    } catch (RuntimeException | Error e) {
      buckets.forEach(TableOpener::close);
      throw e;
    }
    EventLoop loop = loop(id, definition.buckets());
    return new ServerTable(id, definition, context.withLoop(loop), lake, state, buckets);
  }

  /** Releases what a bucket holds; nothing uses it any more. */
  static void close(Bucket bucket) {
    bucket.log().close();
    bucket.fresh().close();
  }

  private Bucket openBucket(BucketId id, TableDefinition definition, LakeState state) {
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
      FreshRows fresh = replay(opened, definition, tiered);
      return new Bucket(id, loop(id.tableId(), id.bucket()), opened, fresh, context.clock());
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  private FreshRows replay(BucketLog log, TableDefinition definition, long fromOffset) {
    FreshRows fresh = new FreshRows(log, memory, schemaId -> definition.schema(), allocator);
    try {
      long next = fromOffset;
      while (next < log.endOffset()) {
        for (LogEntry entry : log.read(next, REPLAY_BYTES)) {
          try (entry) {
            fresh.add(entry);
            next = entry.endOffset();
          }
        }
      }
      return fresh;
    } catch (RuntimeException | Error e) {
      fresh.close();
      throw e;
    }
  }

  private EventLoop loop(UUID tableId, int number) {
    return loops.get(Math.floorMod(tableId.hashCode() + number, loops.size()));
  }
}
