/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.table;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;

import io.freshet.error.FreshetException;
import io.freshet.protocol.FileOverlay;
import io.freshet.protocol.LakeBase;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.server.keys.RowCut;
import io.freshet.server.keys.TableKeys;
import io.freshet.server.lake.LakeDeletes;
import io.freshet.table.TableDefinition;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Freezes union snapshots of a table and leases them. Belongs to the table's event loop. */
final class Planner {
  private final UUID tableId;
  private final TableContext context;
  private final TableBuckets buckets;
  private final @Nullable TableKeys keys;
  private final Leases leases;
  private final Runnable checkOpen;
  private @Nullable UnionOverlays lastOverlays;

  /**
   * @param keys null for a log table
   * @param checkOpen fails once the table answers no more
   */
  Planner(
      UUID tableId,
      TableContext context,
      TableBuckets buckets,
      @Nullable TableKeys keys,
      Leases leases,
      Runnable checkOpen) {
    this.tableId = tableId;
    this.context = context;
    this.buckets = buckets;
    this.keys = keys;
    this.leases = leases;
    this.checkOpen = checkOpen;
  }

  /**
   * Asks the buckets for their rows as they are when the message comes to them. A new base and a
   * transaction reach them by messages of this loop too, so all buckets have seen the same ones.
   *
   * @param requested how long the snapshot can be read; null for the server's default
   */
  CompletableFuture<UnionSnapshot> plan(
      TableDefinition planned, Base base, @Nullable Duration requested) {
    Duration lease = requested == null ? context.defaultLease() : requested;
    if (lease.isNegative() || lease.isZero() || lease.compareTo(context.maxLease()) > 0) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "A lease of %d ms can't be given: ask for 1 to %d ms, and renew it while you read",
          lease.toMillis(),
          context.maxLease().toMillis());
    }
    String name = tableId + ":" + context.epoch() + ":" + leases.nextNumber();
    leases.hold(base.state());
    UnionOverlays over = overlaysOver(base);
    CompletableFuture<UnionSnapshot> answer = new CompletableFuture<>();
    buckets
        .freeze()
        .thenCompose(cuts -> overlays(over, cuts))
        .whenComplete((frozen, error) ->
            context
                .loop()
                .execute(() -> {
                  leases.letGo(base.state());
                  try {
                    if (error != null) {
                      throw error instanceof CompletionException wrapped
                              && wrapped.getCause() != null
                          ? wrapped.getCause()
                          : error;
                    }
                    checkOpen.run();
                    long expiresAtMillis = context.clock().millis() + lease.toMillis();
                    UnionLease added =
                        new UnionLease(
                            name,
                            planned,
                            base.state(),
                            frozen.cuts(),
                            frozen.overlays().positions(),
                            expiresAtMillis);
                    leases.add(added);
                    answer.complete(describe(added, frozen.overlays().described()));
                  } catch (Throwable e) {
                    answer.completeExceptionally(e);
                  }
                }));
    return answer;
  }

  /** What the buckets have answered, and the overlays made of it. */
  private record Frozen(List<RowCut> cuts, UnionOverlays.Overlays overlays) {}

  private CompletableFuture<Frozen> overlays(@Nullable UnionOverlays over, List<RowCut> cuts) {
    if (over == null || cuts.stream().allMatch(cut -> cut.overlay().isEmpty())) {
      return CompletableFuture.completedFuture(new Frozen(cuts, UnionOverlays.Overlays.NONE));
    }
    return CompletableFuture.supplyAsync(() -> new Frozen(cuts, over.of(cuts)), context.calls());
  }

  /** The overlays over a base; those of the last one are kept, since much of them stays. */
  private @Nullable UnionOverlays overlaysOver(Base base) {
    LakeDeletes deletes = base.deletes();
    if (keys == null || deletes == null) {
      return null;
    }
    if (lastOverlays == null || !lastOverlays.areOver(deletes)) {
      lastOverlays = new UnionOverlays(keys.files(), deletes);
    }
    return lastOverlays;
  }

  private UnionSnapshot describe(UnionLease lease, List<FileOverlay> overlays) {
    return new UnionSnapshot(
        lease.snapshot(),
        lease.definition().name(),
        tableId,
        lease.definition().schema(),
        new LakeBase(lease.base().snapshotId(), lease.base().metadataLocation()),
        buckets.ranges(lease.base().tiered(), lease.cuts()),
        overlays,
        lease.expiresAtMillis());
  }
}
