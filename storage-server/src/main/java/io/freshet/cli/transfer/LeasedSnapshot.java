/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.transfer;

import io.freshet.client.FreshetClient;
import io.freshet.error.FreshetException;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.table.TableName;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A union snapshot whose lease is renewed, in the background, until it is closed. */
public final class LeasedSnapshot implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LeasedSnapshot.class);
  private static final Duration FIRST_LEASE = Duration.ofMinutes(1);
  private static final long MIN_PAUSE_MILLIS = 100;

  private final FreshetClient client;
  private final UnionSnapshot snapshot;
  private final long serverClockAheadMillis;
  private final ScheduledExecutorService renewals;

  private LeasedSnapshot(
      FreshetClient client, UnionSnapshot snapshot, long serverClockAheadMillis) {
    this.client = client;
    this.snapshot = snapshot;
    this.serverClockAheadMillis = serverClockAheadMillis;
    this.renewals =
        Executors.newSingleThreadScheduledExecutor(task -> {
          Thread thread = new Thread(task, "freshet-lease");
          thread.setDaemon(true);
          return thread;
        });
    schedule(snapshot.expiresAtMillis());
  }

  /**
   * Plans a union snapshot.
   *
   * @param client borrowed
   */
  public static LeasedSnapshot plan(FreshetClient client, TableName table) {
    long maxLeaseMillis = client.serverInfo().limits().leaseMillis();
    Duration lease = Duration.ofMillis(Math.min(FIRST_LEASE.toMillis(), maxLeaseMillis));
    UnionSnapshot snapshot = client.plan(table, lease);
    // The server's clock may differ from ours, and the lease ends by the server's.
    long serverMillis = snapshot.expiresAtMillis() - lease.toMillis();
    return new LeasedSnapshot(client, snapshot, serverMillis - System.currentTimeMillis());
  }

  public UnionSnapshot snapshot() {
    return snapshot;
  }

  /** Gives the snapshot back. */
  @Override
  public void close() {
    renewals.shutdownNow();
    try {
      client.release(snapshot);
    } catch (FreshetException e) {
      LOG.debug("Union snapshot {} will be given back by the end of its lease", snapshot, e);
    }
  }

  private void schedule(long expiresAtMillis) {
    long leftMillis = expiresAtMillis - serverClockAheadMillis - System.currentTimeMillis();
    var unused =
        renewals.schedule(
            this::renew, Math.max(MIN_PAUSE_MILLIS, leftMillis / 3), TimeUnit.MILLISECONDS);
  }

  private void renew() {
    try {
      schedule(client.renew(snapshot));
    } catch (FreshetException e) {
      LOG.debug("The lease of union snapshot {} can't be renewed", snapshot.snapshot(), e);
    }
  }
}
