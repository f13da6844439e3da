/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.table;

import io.freshet.server.lake.Lake.DropMode;
import io.freshet.table.TableName;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a server remembers of a table apart from its log; the lake has the rest.
 *
 * @param state of a create or drop that a crash may have cut short
 * @param dropMode what becomes of the lake table; null unless it is being dropped
 * @param renamedFrom the name that the lake table may still have; null unless it is being renamed
 * @param replaces the table that has the name and goes; null unless this one is taking its place
 */
public record StoredTable(
    UUID id,
    TableName name,
    int buckets,
    State state,
    @Nullable DropMode dropMode,
    @Nullable TableName renamedFrom,
    @Nullable UUID replaces) {
  private static final int MAX_ASIDE_CHARACTERS = 100;

  /** Where a table is in its life. */
  public enum State {
    /** Nobody was told that it exists: a restart removes it. */
    CREATING,
    /** As CREATING, over a lake table that stays whatever happens. */
    ATTACHING,
    ACTIVE,
    /** It was decided that it goes: a restart goes on with it. */
    DROPPING
  }

  /** A table that begins. */
  static StoredTable first(UUID id, TableName name, int buckets, State state) {
    return new StoredTable(id, name, buckets, state, null, null, null);
  }

  StoredTable active() {
    return new StoredTable(id, name, buckets, State.ACTIVE, null, null, null);
  }

  StoredTable dropping(DropMode mode) {
    return new StoredTable(id, name, buckets, State.DROPPING, mode, renamedFrom, null);
  }

  /** This table under a name that the lake is still to be told. */
  StoredTable renamed(TableName newName) {
    return new StoredTable(id, newName, buckets, State.ACTIVE, null, name, null);
  }

  /** This table under the name of another, which is to go. */
  StoredTable replacing(StoredTable other) {
    return new StoredTable(id, other.name, buckets, State.ACTIVE, null, name, other.id);
  }

  /** Where the lake table of a table is until it goes, when another has taken its name. */
  static TableName aside(TableName name, UUID id) {
    String start = name.name().substring(0, Math.min(name.name().length(), MAX_ASIDE_CHARACTERS));
    return new TableName(name.namespace(), start + "_replaced_" + id.toString().substring(0, 8));
  }

  /** This table under the name that it had. */
  StoredTable notRenamed() {
    return renamedFrom == null
        ? this
        : new StoredTable(id, renamedFrom, buckets, State.ACTIVE, null, null, null);
  }
}
