/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.server;

import static io.freshet.error.FreshetErrorCode.TABLE_NOT_FOUND;

import io.freshet.client.FreshetClient;
import io.freshet.error.FreshetException;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.table.TableName;
import io.freshet.trino.error.FreshetErrors;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One Trino transaction: the union snapshots that it reads, one for each table. */
public final class UnionTransaction {
  private static final Logger LOG = LoggerFactory.getLogger(UnionTransaction.class);

  private final FreshetClient client;
  private final Map<TableName, Optional<UnionSnapshot>> snapshots = new ConcurrentHashMap<>();

  private final Deque<Runnable> rollbacks = new ConcurrentLinkedDeque<>();

  UnionTransaction(FreshetClient client) {
    this.client = client;
  }

  /**
   * The table's one union snapshot, planned when it is asked for first; empty if it is not ours.
   */
  public Optional<UnionSnapshot> snapshot(TableName table) {
    return snapshots.computeIfAbsent(table, this::plan);
  }

  /** Forgets a table that this transaction has just created or dropped. */
  public void forget(TableName table) {
    Optional<UnionSnapshot> forgotten = snapshots.remove(table);
    if (forgotten != null) {
      forgotten.ifPresent(this::release);
    }
  }

  /** What undoes a change that this transaction has made, should it fail. */
  public void onRollback(Runnable undo) {
    rollbacks.push(undo);
  }

  /** Undoes what was changed, the last change first. */
  void rollback() {
    for (Runnable undo = rollbacks.poll(); undo != null; undo = rollbacks.poll()) {
      try {
        undo.run();
      } catch (RuntimeException e) {
        LOG.warn("Can't undo all that a failed query did", e);
      }
    }
  }

  /** Extends all leases. */
  void renew() {
    for (UnionSnapshot snapshot : open()) {
      try {
        client.renew(snapshot);
      } catch (FreshetException e) {
        // Whoever still reads it is told why; the others can go on.
        LOG.warn("Can't renew the lease of {} of {}", snapshot.snapshot(), snapshot.table(), e);
      }
    }
  }

  /** Ends all leases. */
  void end() {
    open().forEach(this::release);
    snapshots.clear();
  }

  private Collection<UnionSnapshot> open() {
    return List.copyOf(snapshots.values()).stream().flatMap(Optional::stream).toList();
  }

  private Optional<UnionSnapshot> plan(TableName table) {
    try {
      return Optional.of(client.plan(table));
    } catch (FreshetException e) {
      if (e.code() == TABLE_NOT_FOUND) {
        return Optional.empty();
      }
      throw FreshetErrors.toTrino(e);
    }
  }

  private void release(UnionSnapshot snapshot) {
    try {
      client.release(snapshot);
    } catch (FreshetException e) {
      LOG.warn(
          "Can't release {} of {}: it ends with its lease",
          snapshot.snapshot(),
          snapshot.table(),
          e);
    }
  }
}
