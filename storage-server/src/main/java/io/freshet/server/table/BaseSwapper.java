/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.table;

import static io.freshet.error.FreshetErrorCode.FENCED;
import static io.freshet.error.FreshetErrorCode.LAKE_DIVERGED;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_READY;

import io.freshet.error.FreshetException;
import io.freshet.server.bucket.Bucket;
import io.freshet.server.keys.NewBase;
import io.freshet.server.keys.TableKeys;
import io.freshet.server.lake.LakeDeletes;
import io.freshet.server.lake.LakeState;
import io.freshet.table.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lake state that a table's fresh rows are relative to, and which states may come after it.
 * Belongs to the table's event loop.
 */
final class BaseSwapper {
  private static final Logger LOG = LoggerFactory.getLogger(BaseSwapper.class);

  private final TableName table;
  private final TableContext context;
  private final TableBuckets buckets;
  private final @Nullable TableKeys keys;
  private final Runnable onNewBase;
  private final Consumer<String> onStale;

  /** Runs whose commits may or may not have taken effect. */
  private final List<TieringRun> unresolved = new ArrayList<>();

  private Base base;

  /** Whether buckets still take in the last base. */
  private boolean isFollowing;

  /**
   * @param keys null for a log table
   * @param onNewBase runs after each change of the base
   * @param onStale told when the table has to be opened again, and why
   */
  BaseSwapper(
      TableName table,
      TableContext context,
      TableBuckets buckets,
      @Nullable TableKeys keys,
      Base base,
      Runnable onNewBase,
      Consumer<String> onStale) {
    this.table = table;
    this.context = context;
    this.buckets = buckets;
    this.keys = keys;
    this.base = base;
    this.onNewBase = onNewBase;
    this.onStale = onStale;
  }

  Base base() {
    return base;
  }

  LakeState state() {
    return base.state();
  }

  /** Whether buckets still take in the last base. */
  boolean isFollowing() {
    return isFollowing;
  }

  /** Remembers a run whose commit may have taken effect, or may yet. */
  void addUnresolved(TieringRun run) {
    unresolved.add(run);
  }

  /** Uses newer metadata of the same snapshot. */
  void refresh(LakeState state) {
    base = new Base(state, base.deletes());
  }

  /** Goes on from a base in which a compaction has moved rows. */
  void move(LakeState state, RewriteRun.Result rewritten) {
    base = new Base(state, rewritten.deletes());
    if (rewritten.moves() != null) {
      buckets.move(rewritten.moves(), state);
    }
    onNewBase.run();
  }

  /** Makes {@code state} the base, or says why that can't be. */
  @Nullable FreshetException swap(LakeState state, @Nullable LakeDeletes deletes, TieringRun last) {
    FreshetException refusal = refusal(state);
    if (refusal != null) {
      return refusal;
    }
    if (keys != null) {
      TieringRun committed = committed(state, last);
      if (committed == null) {
        onStale.accept(Tiering.foreign(state.snapshotId()));
        return FreshetException.of(
            TABLE_NOT_READY,
            "Table %s is being opened again, from lake snapshot %d of another writer: try again after a pause",
            table,
            state.snapshotId());
      }
      follow(committed.newBases(state));
    }
    unresolved.clear();
    base = new Base(state, deletes);
    onNewBase.run();
    return null;
  }

  /** Makes a state the base of a log table, or says why that can't be. */
  @Nullable FreshetException swapForLog(LakeState state) {
    FreshetException refusal = refusal(state);
    if (refusal == null) {
      base = new Base(state, null);
      onNewBase.run();
    }
    return refusal;
  }

  /** Why a state can't be the base, if so. */
  private @Nullable FreshetException refusal(LakeState state) {
    if (state.epoch() > context.epoch()) {
      return FreshetException.of(
          FENCED,
          "Table %s was taken over by a server with epoch %d; this server's epoch is %d. Stop one of the"
              + " two servers.",
          table,
          state.epoch(),
          context.epoch());
    }
    for (Bucket bucket : buckets.buckets()) {
      int number = bucket.id().bucket();
      long before = base.state().tiered().of(number);
      long tiered = state.tiered().of(number);
      if (tiered < before || tiered > bucket.endOffset()) {
        return FreshetException.of(
            LAKE_DIVERGED,
            "The lake holds bucket %d of table %s up to offset %d, which is not between %d and %d: it was"
                + " rolled back or written by another server",
            number,
            table,
            tiered,
            before,
            bucket.endOffset());
      }
    }
    return null;
  }

  /** The run whose commit has made {@code state}. */
  private @Nullable TieringRun committed(LakeState state, TieringRun last) {
    if (state.commitId() == null) {
      return null;
    }
    return Stream.concat(Stream.of(last), unresolved.stream())
        .filter(run -> run.id().equals(state.commitId()))
        .findFirst()
        .orElse(null);
  }

  /** Has the buckets go on from a base; whoever plans after this does it too. */
  private void follow(List<NewBase> bases) {
    isFollowing = true;
    buckets
        .rebase(bases)
        .whenComplete((unused, error) ->
            context
                .loop()
                .execute(() -> {
                  isFollowing = false;
                  if (error != null) {
                    LOG.warn("The key index of table {} can't follow the lake", table, error);
                    onStale.accept("its key index can't follow the lake");
                  }
                }));
  }
}
