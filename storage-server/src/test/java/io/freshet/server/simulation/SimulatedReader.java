/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

import static io.freshet.error.FreshetErrorCode.LAKE_UNAVAILABLE;
import static io.freshet.error.FreshetErrorCode.OVERLOADED;
import static io.freshet.error.FreshetErrorCode.SNAPSHOT_EXPIRED;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_FOUND;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_READY;

import io.freshet.error.FreshetException;
import io.freshet.protocol.BucketOffsets;
import io.freshet.protocol.FreshRange;
import io.freshet.protocol.TableOffsets;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.reader.Projection;
import io.freshet.server.keys.RowCut;
import io.freshet.server.lake.TieredOffsets;
import io.freshet.server.read.FreshRead;
import io.freshet.server.table.ServerTable;
import io.freshet.server.table.UnionLease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;

/** Plans, holds union snapshots for a while, and reads them batch by batch, again and again. */
final class SimulatedReader implements Actor {
  private static final int MAX_HELD = 5;

  private final TableSimulation simulation;
  private final Random random;
  private final List<Held> held = new ArrayList<>();
  private final List<Open> reads = new ArrayList<>();

  /** A union snapshot under lease. */
  private static final class Held {
    final UnionSnapshot snapshot;
    final TieredOffsets tiered;
    final int acknowledgedBefore;
    long expiresAtMillis;
    int renewals;
    boolean mayBeReleased;
    boolean isReleased;

    Held(UnionSnapshot snapshot, int acknowledgedBefore) {
      this.snapshot = snapshot;
      this.tiered =
          new TieredOffsets(snapshot.fresh().stream().map(FreshRange::tieredOffset).toList());
      this.acknowledgedBefore = acknowledgedBefore;
      this.expiresAtMillis = snapshot.expiresAtMillis();
    }
  }

  SimulatedReader(TableSimulation simulation) {
    this.simulation = simulation;
    this.random = simulation.random();
  }

  @Override
  public void act() {
    ServerTable table = simulation.server().table();
    if (table == null) {
      return;
    }
    int choice = random.nextInt(20);
    if (choice < 10 && !reads.isEmpty()) {
      Open read = reads.get(random.nextInt(reads.size()));
      if (read.step()) {
        reads.remove(read);
      }
    } else if (choice == 10 && random.nextInt(4) == 0) {
      readOffsets(table);
    } else if (choice < 12 || held.isEmpty()) {
      plan(table);
    } else {
      Held chosen = held.get(random.nextInt(held.size()));
      switch (choice) {
        case 18 -> renew(table, chosen);
        case 19 -> release(table, chosen);
        default -> open(table, chosen);
      }
    }
    held.removeIf(each -> isOver(each) && random.nextInt(10) == 0);
  }

  @Override
  public void serverLost() {
    reads.forEach(Open::close);
    reads.clear();
    held.clear();
  }

  @Override
  public void tableReplaced() {
    serverLost();
  }

  /** Plans and reads once more. */
  @Override
  public void finish() {
    ServerTable table = simulation.server().table();
    if (!reads.isEmpty()) {
      while (!reads.get(0).step()) {
        // Until it has read all.
      }
      reads.remove(0);
    } else if (table != null && held.isEmpty()) {
      plan(table);
    } else if (table != null) {
      open(table, held.get(held.size() - 1));
      held.clear();
    }
  }

  @Override
  public boolean isIdle() {
    return true;
  }

  /** Fails if a log no longer has what a snapshot under lease needs. */
  void checkLogsAreKept(ServerTable table) {
    for (Held each : held) {
      for (int bucket = 0; bucket < table.buckets().size() && !isOver(each); bucket++) {
        long start = table.buckets().get(bucket).log().startOffset();
        if (start > each.tiered.of(bucket)) {
          throw new InvariantViolation(
              "LogNeverTrimmedBeyondLeased",
              "the log of bucket %d starts at %d, snapshot %s needs %s",
              bucket,
              start,
              each.snapshot.snapshot(),
              each.tiered);
        }
      }
    }
  }

  private boolean isOver(Held each) {
    return each.mayBeReleased || each.expiresAtMillis <= simulation.clock().millis();
  }

  private void plan(ServerTable table) {
    SimulatedServer server = simulation.server();
    int acknowledged = simulation.oracle().acknowledgements();
    long[] lowestEnds =
        LongStream.range(0, table.buckets().size())
            .map(bucket -> simulation.oracle().lowestEnd((int) bucket))
            .toArray();
    int incarnation = simulation.oracle().incarnation();
    Duration lease = random.nextInt(3) == 0 ? null : Duration.ofMillis(1 + random.nextInt(3_000));
    CompletableFuture<UnionSnapshot> planned = table.plan(lease);
    planned.whenComplete((snapshot, error) ->
        simulation.callback(
            server,
            () -> {
              if (error != null) {
                simulation.checkFailure(
                    planned, OVERLOADED, LAKE_UNAVAILABLE, TABLE_NOT_READY, TABLE_NOT_FOUND);
                return;
              }
              if (incarnation != simulation.oracle().incarnation()) {
                return; // Of a table that was dropped.
              }
              for (FreshRange range : snapshot.fresh()) {
                if (range.endOffset() < lowestEnds[range.bucket()]) {
                  throw new InvariantViolation(
                      "ReadYourWrites",
                      "snapshot %s ends at %d in bucket %d, after %d was acknowledged",
                      snapshot.snapshot(),
                      range.endOffset(),
                      range.bucket(),
                      lowestEnds[range.bucket()]);
                }
              }
              simulation.invariants().planned(snapshot);
              held.add(new Held(snapshot, acknowledged));
              if (held.size() > MAX_HELD) {
                held.remove(0);
              }
            }));
  }

  /** Offsets have no transaction in part. */
  private void readOffsets(ServerTable table) {
    SimulatedServer server = simulation.server();
    int incarnation = simulation.oracle().incarnation();
    CompletableFuture<TableOffsets> answer = table.offsets(null);
    answer.whenComplete((offsets, error) ->
        simulation.callback(
            server,
            () -> {
              if (error != null) {
                simulation.checkFailure(answer, OVERLOADED, TABLE_NOT_READY, TABLE_NOT_FOUND);
              } else if (incarnation == simulation.oracle().incarnation()) {
                simulation
                    .oracle()
                    .checkEnds(
                        new TieredOffsets(
                            offsets.offsets().stream().map(BucketOffsets::endOffset).toList()));
              }
            }));
  }

  private void open(ServerTable table, Held chosen) {
    SimulatedServer server = simulation.server();
    boolean isReleased = chosen.isReleased;
    int incarnation = simulation.oracle().incarnation();
    CompletableFuture<UnionLease> leased = table.lease(chosen.snapshot.snapshot());
    leased.whenComplete((lease, error) ->
        simulation.callback(
            server,
            () -> {
              if (incarnation != simulation.oracle().incarnation()) {
                return; // Of a table that was dropped.
              }
              if (error != null) {
                expectExpired(chosen, leased);
              } else if (isReleased
                  || (chosen.renewals == 0
                      && chosen.expiresAtMillis <= simulation.clock().millis())) {
                throw new InvariantViolation(
                    "Repeatable", "snapshot %s could be read after its lease", lease.snapshot());
              } else {
                reads.add(new Open(chosen, table, lease));
              }
            }));
  }

  private void renew(ServerTable table, Held chosen) {
    SimulatedServer server = simulation.server();
    chosen.renewals++;
    CompletableFuture<Long> renewed = table.renew(chosen.snapshot.snapshot());
    renewed.whenComplete((expiresAtMillis, error) ->
        simulation.callback(
            server,
            () -> {
              chosen.renewals--;
              if (error != null) {
                expectExpired(chosen, renewed);
              } else if (expiresAtMillis < chosen.expiresAtMillis) {
                throw new InvariantViolation(
                    "Repeatable",
                    "the lease of %s was cut from %d to %d",
                    chosen.snapshot.snapshot(),
                    chosen.expiresAtMillis,
                    expiresAtMillis);
              } else {
                chosen.expiresAtMillis = expiresAtMillis;
              }
            }));
  }

  private void release(ServerTable table, Held chosen) {
    SimulatedServer server = simulation.server();
    CompletableFuture<Void> released = table.release(chosen.snapshot.snapshot());
    // It is released at some time from now on, whatever is renewed, and surely with the answer.
    chosen.mayBeReleased = true;
    chosen.renewals++;
    released.whenComplete((unused, error) ->
        simulation.callback(
            server,
            () -> {
              if (error == null) {
                chosen.isReleased = true;
              } else {
                simulation.checkFailure(released, OVERLOADED, TABLE_NOT_READY, TABLE_NOT_FOUND);
              }
            }));
  }

  private void expectExpired(Held chosen, CompletableFuture<?> answer) {
    FreshetException failure =
        isOver(chosen)
            ? simulation.checkFailure(
                answer, OVERLOADED, TABLE_NOT_READY, TABLE_NOT_FOUND, SNAPSHOT_EXPIRED)
            : simulation.checkFailure(answer, OVERLOADED, TABLE_NOT_READY, TABLE_NOT_FOUND);
  }

  /** A read that has begun. */
  private final class Open {
    private final Held from;
    private final ServerTable table;
    private final UnionLease lease;
    private final FreshRead read;
    private final List<LongStream.Builder> fresh = new ArrayList<>();

    Open(Held from, ServerTable table, UnionLease lease) {
      this.from = from;
      this.table = table;
      this.lease = lease;
      Projection projection = Projection.of(lease.definition().schema(), null, null);
      this.read = new FreshRead(lease, table.buckets(), projection, simulation.allocator());
      table.buckets().forEach(bucket -> fresh.add(LongStream.builder()));
    }

    /** Reads one batch; true if there is no other. */
    boolean step() {
      try {
        if (read.next()) {
          for (long row : simulation.rows().read(read.batch())) {
            fresh.get(simulation.rows().bucketOf(row)).add(row);
          }
          return false;
        }
      } catch (FreshetException e) {
        boolean isClosed =
            (e.code() == TABLE_NOT_READY || e.code() == TABLE_NOT_FOUND)
                && simulation.server().table() != table;
        if (!isClosed && (e.code() != SNAPSHOT_EXPIRED || !isOver(from))) {
          throw new InvariantViolation(
              "Repeatable", "snapshot %s can't be read within its lease: %s", lease.snapshot(), e);
        }
        close();
        return true;
      }
      close();
      if (simulation.lake().find(table.id()) == null) {
        return true; // It was dropped.
      }
      List<long[]> base;
      try {
        base =
            simulation
                .lake()
                .rows(table.id(), lease.base().snapshotId(), lease.overlays(), fresh.size());
      } catch (FreshetException e) {
        if (e.code() == SNAPSHOT_EXPIRED && isOver(from)) {
          return true;
        }
        throw e;
      }
      simulation
          .oracle()
          .check(
              new UnionRows(
                  lease.snapshot(),
                  lease.base().snapshotId(),
                  from.acknowledgedBefore,
                  lease.base().tiered(),
                  new TieredOffsets(lease.cuts().stream().map(RowCut::endOffset).toList()),
                  base,
                  fresh.stream().map(rows -> rows.build().toArray()).toList()));
      return true;
    }

    void close() {
      read.close();
    }
  }
}
