/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.table;

import static io.freshet.error.FreshetErrorCode.TABLE_NOT_FOUND;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_READY;

import io.freshet.error.FreshetException;
import io.freshet.server.lake.LakeTable;
import io.freshet.table.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Which table has a name now, and what there is of it. Reads are thread-safe. */
final class NamedTables {
  private final Map<TableName, Entry> byName = new ConcurrentHashMap<>();

  /**
   * A table that is open, or the reason why it is not.
   *
   * @param closed completes when nothing of what was open before is left
   */
  record Entry(
      StoredTable stored,
      @Nullable ServerTable table,
      @Nullable LakeTable lake,
      @Nullable String whyNotReady,
      CompletableFuture<Void> closed) {
    static Entry open(StoredTable stored, ServerTable table, LakeTable lake) {
      return new Entry(stored, table, lake, null, CompletableFuture.completedFuture(null));
    }

    static Entry notReady(StoredTable stored, String why) {
      return new Entry(stored, null, null, why, CompletableFuture.completedFuture(null));
    }
  }

  @Nullable Entry find(TableName name) {
    return byName.get(name);
  }

  @Nullable Entry find(UUID id) {
    return byName.values().stream()
        .filter(entry -> entry.stored().id().equals(id))
        .findAny()
        .orElse(null);
  }

  /** The open table of that name; TABLE_NOT_FOUND or TABLE_NOT_READY otherwise. */
  ServerTable get(TableName name) {
    Entry entry = byName.get(name);
    if (entry == null || entry.stored().state() != StoredTable.State.ACTIVE) {
      throw FreshetException.of(
          TABLE_NOT_FOUND,
          "There is no table %s; 'freshet table list' shows the tables of this server",
          name);
    }
    if (entry.table() == null) {
      throw FreshetException.of(
          TABLE_NOT_READY, "Table %s is not ready yet: %s", name, entry.whyNotReady());
    }
    return entry.table();
  }

  /** The open table of that name, unless another is taking its place. */
  ServerTable settled(TableName name) {
    ServerTable table = get(name);
    if (table.isRetired()) {
      throw FreshetException.of(
          TABLE_NOT_READY, "Table %s is being replaced by another one: try again", name);
    }
    return table;
  }

  /** Names of all tables, ready or not, in order. */
  List<TableName> names() {
    return byName.values().stream()
        .filter(entry -> entry.stored().state() == StoredTable.State.ACTIVE)
        .map(entry -> entry.stored().name())
        .sorted()
        .toList();
  }

  /** Tables that are open now. */
  List<ServerTable> open() {
    List<ServerTable> open = new ArrayList<>();
    for (Entry entry : byName.values()) {
      if (entry.table() != null) {
        open.add(entry.table());
      }
    }
    return open;
  }

  int size() {
    return byName.size();
  }

  /** Whether a table has a name, or may get it back if it can't have the one that it is to get. */
  boolean isTaken(TableName name) {
    return byName.containsKey(name)
        || byName.values().stream().anyMatch(entry -> name.equals(entry.stored().renamedFrom()));
  }

  /** Whether a table is to be brought further: nothing else has become of it. */
  boolean waitsFor(StoredTable stored) {
    Entry entry = byName.get(stored.name());
    boolean isSame = entry != null && entry.stored().equals(stored) && entry.table() == null;
    return isSame || isHidden(stored) || isTakingOver(stored);
  }

  void put(Entry entry) {
    byName.put(entry.stored().name(), entry);
  }

  /** Says why a table is not ready, unless another one has its name meanwhile. */
  void show(StoredTable stored, String whyNotReady) {
    Entry shown = byName.get(stored.name());
    if (shown == null || shown.stored().state() == StoredTable.State.DROPPING || has(stored)) {
      put(Entry.notReady(stored, whyNotReady));
    }
  }

  void remove(TableName name) {
    byName.remove(name);
  }

  /** Forgets a table, unless another one has its name meanwhile. */
  void remove(StoredTable stored) {
    if (has(stored)) {
      byName.remove(stored.name());
    }
  }

  void clear() {
    byName.clear();
  }

  /** Whether the table that is found by its name is this one. */
  private boolean has(StoredTable stored) {
    Entry entry = byName.get(stored.name());
    return entry != null && entry.stored().id().equals(stored.id());
  }

  /** Whether a table that is to go has lost its name to another one. */
  private boolean isHidden(StoredTable stored) {
    return stored.state() == StoredTable.State.DROPPING && !has(stored);
  }

  /** Whether a table is to have the name of one that takes no writes any more for that. */
  private boolean isTakingOver(StoredTable stored) {
    Entry entry = byName.get(stored.name());
    return stored.state() == StoredTable.State.ACTIVE
        && entry != null
        && entry.table() != null
        && entry.table().isRetired();
  }
}
