/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.keys;

import io.freshet.server.index.IndexCheckpoint;
import io.freshet.server.index.IndexOpening;
import io.freshet.server.index.KeyIndex;
import io.freshet.server.index.RebuildNeeded;
import io.freshet.server.index.RecoveredIndex;
import io.freshet.server.lake.LakeState;
import io.freshet.server.log.BucketId;
import io.freshet.server.loop.EventLoop;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The indexes of one bucket while its table is opened: first the durable one as it was left, which
 * is then brought to the base, and then the keys in front of it. Blocking; for one thread.
 */
public final class BucketKeysOpener {
  private static final Logger LOG = LoggerFactory.getLogger(BucketKeysOpener.class);

  private final BucketId bucket;
  private final EventLoop loop;
  private final TableKeys table;
  private KeyIndex durable;
  private @Nullable IndexCheckpoint checkpoint;
  private boolean isTaken;

  public BucketKeysOpener(BucketId bucket, EventLoop loop, TableKeys table) {
    this.bucket = bucket;
    this.loop = loop;
    this.table = table;
    IndexOpening opening = KeyIndex.open(table.environment(bucket, "durable", loop));
    if (opening instanceof RecoveredIndex recovered) {
      this.durable = recovered.index();
      this.checkpoint = recovered.checkpoint();
    } else {
      RebuildNeeded needed = (RebuildNeeded) opening;
      LOG.info(
          "The key index of bucket {} is made anew: {}: {}",
          bucket,
          needed.file(),
          needed.reason());
      this.durable = KeyIndex.create(table.environment(bucket, "durable", loop));
    }
  }

  public BucketId bucket() {
    return bucket;
  }

  public EventLoop loop() {
    return loop;
  }

  /** What the durable index stands for; null for an empty one, which stands for an empty lake. */
  public @Nullable IndexCheckpoint checkpoint() {
    return checkpoint;
  }

  /** Begins anew with an empty index. */
  public void clear() {
    loop.call(
            () -> {
              durable.close();
              return durable.closed();
            })
        .join();
    durable = KeyIndex.create(table.environment(bucket, "durable", loop));
    checkpoint = null;
  }

  /** The durable index, to be changed on the bucket's loop. */
  public KeyIndex durable() {
    return durable;
  }

  /** The durable index stands for {@code base} now: makes that a point to start again from. */
  public void checkpointed(LakeState base) {
    IndexCheckpoint reached =
        new IndexCheckpoint(
            base.snapshotId(), base.tiered().toString(), base.tiered().of(bucket.bucket()));
    checkpoint = reached;
    loop.call(() -> durable.checkpoint(reached))
        .whenComplete((unused, error) -> {
          if (error != null) {
            LOG.warn(
                "No checkpoint of the key index of bucket {} yet: {}", bucket, error.toString());
          }
        });
  }

  /** The keys of the bucket, which the caller closes; the durable index belongs to them now. */
  public BucketKeys finish(long tieredOffset) {
    Generations generations = new Generations();
    BucketKeys keys =
        new BucketKeys(
            bucket, loop, durable, generations.create(), generations::createLater, tieredOffset);
    isTaken = true;
    return keys;
  }

  /** Closes the durable index if nobody has taken it; completes when its files are untouched. */
  public CompletableFuture<Void> close() {
    if (isTaken) {
      return CompletableFuture.completedFuture(null);
    }
    isTaken = true;
    return loop.call(() -> {
      durable.close();
      return durable.closed();
    });
  }

  /** Makes indexes of fresh keys in two folders by turns. */
  private final class Generations {
    private int made;

    KeyIndex create() {
      String name = "fresh-" + (made++ % 2);
      return KeyIndex.create(table.environment(bucket, name, loop));
    }

    CompletableFuture<KeyIndex> createLater() {
      return CompletableFuture.supplyAsync(this::create, table.storage().background());
    }
  }
}
