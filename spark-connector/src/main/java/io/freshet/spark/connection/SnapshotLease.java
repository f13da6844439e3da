/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.connection;

import io.freshet.client.FreshetClient;
import io.freshet.error.FreshetException;
import io.freshet.error.Remedy;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.table.TableName;
import java.lang.ref.Cleaner;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A union snapshot that stays readable as long as this object is reachable. The driver renews its
 * lease until no plan, DataFrame or running query refers to it any more, and then releases it; so
 * Spark itself keeps broadcasts and shuffles. A query may be longer than a lease, and a DataFrame
 * gives the same rows each time that it is collected.
 */
public final class SnapshotLease {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotLease.class);
  private static final Cleaner CLEANER = Cleaner.create();
  private static final ScheduledExecutorService RENEWALS =
      Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "freshet-lease-renewal");
        thread.setDaemon(true);
        return thread;
      });

  /** A lease is renewed when this part of it is left, so that two renewals may fail. */
  private static final int REST_OF_A_LEASE = 3;

  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(50);

  private final UnionSnapshot snapshot;
  private final String address;
  private final Cleaner.Cleanable release;

  private SnapshotLease(UnionSnapshot snapshot, String address, Renewal renewal) {
    this.snapshot = snapshot;
    this.address = address;
    // Must not refer to the lease, or it would stay reachable.
    this.release = CLEANER.register(this, renewal::end);
  }

  /** Freezes a union snapshot, leased for {@code length} and renewed from then on. */
  public static SnapshotLease plan(FreshetClient client, TableName table, Duration length) {
    return plan(client, table, null, length);
  }

  /**
   * As above.
   *
   * @param tableId of the table that the query has found by this name, which another may have now
   */
  public static SnapshotLease plan(
      FreshetClient client, TableName table, @Nullable UUID tableId, Duration length) {
    UnionSnapshot snapshot = client.plan(table, tableId, length);
    Renewal renewal = new Renewal(client, snapshot, length);
    renewal.schedule();
    return new SnapshotLease(snapshot, client.address(), renewal);
  }

  public UnionSnapshot snapshot() {
    return snapshot;
  }

  /** Ends it now, for an owner who knows that nobody reads the snapshot any more. */
  public void release() {
    release.clean();
  }

  /** The server that gave it. */
  public String address() {
    return address;
  }

  private static final class Renewal implements Runnable {
    private final FreshetClient client;
    private final UnionSnapshot snapshot;
    private final Duration length;
    private final Instant plannedAt = Instant.now();

    // Guarded by this.
    private Instant endsAt;
    private boolean isOver;

    Renewal(FreshetClient client, UnionSnapshot snapshot, Duration length) {
      this.client = client;
      this.snapshot = snapshot;
      this.length = length;
      this.endsAt = plannedAt.plus(length);
    }

    synchronized void schedule() {
      if (isOver) {
        return;
      }
      Duration pause = Duration.between(Instant.now(), endsAt).dividedBy(REST_OF_A_LEASE);
      long millis = Math.max(pause.toMillis(), SHORTEST_PAUSE.toMillis());
      var unused = RENEWALS.schedule(this, millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void run() {
      try {
        renew();
        schedule();
      } catch (FreshetException e) {
        if (e.remedy() == Remedy.RETRY) {
          LOG.info("Will try again to renew {} of {}", snapshot.snapshot(), snapshot.table(), e);
          schedule();
          return;
        }
        LOG.warn(
            "Union snapshot {} of table {} can't be read any more: queries that still read its fresh"
                + " rows will fail, run them again",
            snapshot.snapshot(),
            snapshot.table(),
            e);
      }
    }

    private synchronized void renew() {
      if (isOver) {
        return;
      }
      // Both ends are by the server's clock, which may differ from ours.
      long extendedByMillis = client.renew(snapshot) - snapshot.expiresAtMillis();
      endsAt = plannedAt.plus(length).plusMillis(extendedByMillis);
    }

    void end() {
      RENEWALS.execute(this::release);
    }

    private synchronized void release() {
      isOver = true;
      try {
        client.release(snapshot);
      } catch (FreshetException e) {
        LOG.info("{} was not released, its lease will end by itself", snapshot.snapshot(), e);
      }
    }
  }
}
