/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.server;

import io.trino.spi.connector.ConnectorTransactionHandle;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The open transactions of a catalog; their leases are renewed until they end. */
public final class UnionTransactions implements AutoCloseable {
  /** The server's leases are five minutes, so that one or two renewals may fail. */
  private static final long RENEWAL_SECONDS = 60;

  private final ServerConnection server;
  private final Map<ConnectorTransactionHandle, UnionTransaction> open = new ConcurrentHashMap<>();
  private final ScheduledExecutorService clock;

  public UnionTransactions(ServerConnection server) {
    this.server = server;
    this.clock =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("freshet-leases").factory());
    var unused =
        clock.scheduleWithFixedDelay(
            this::renewAll, RENEWAL_SECONDS, RENEWAL_SECONDS, TimeUnit.SECONDS);
  }

  public void begin(ConnectorTransactionHandle handle) {
    open.put(handle, new UnionTransaction(server.client()));
  }

  public UnionTransaction of(ConnectorTransactionHandle handle) {
    UnionTransaction transaction = open.get(handle);
    if (transaction == null) {
      throw new IllegalStateException("Transaction " + handle + " is not open");
    }
    return transaction;
  }

  public void commit(ConnectorTransactionHandle handle) {
    UnionTransaction transaction = open.remove(handle);
    if (transaction != null) {
      transaction.end();
    }
  }

  public void rollback(ConnectorTransactionHandle handle) {
    UnionTransaction transaction = open.remove(handle);
    if (transaction != null) {
      transaction.end();
      transaction.rollback();
    }
  }

  /** Extends all leases, each on a thread of its own. */
  void renewAll() {
    for (UnionTransaction transaction : open.values()) {
      server.waiting().execute(transaction::renew);
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
    open.keySet().forEach(this::rollback);
  }
}
