/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

import static io.freshet.error.FreshetErrorCode.INTERNAL;

import io.freshet.error.FreshetException;
import io.freshet.server.table.StoredTable;
import io.freshet.server.table.TableStore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/** A list of tables in memory that outlives crashes; saving can be made to fail. */
final class SimulatedTableStore {
  private final Map<UUID, StoredTable> tables = new LinkedHashMap<>();
  private int failingSaves;

  /** The next saves fail and change nothing. */
  void failSaves(int count) {
    failingSaves = count;
  }

  /** The store as one server process sees it, as long as that runs. */
  TableStore connect(BooleanSupplier isAlive) {
    return new TableStore() {
      @Override
      public List<StoredTable> load() {
        return List.copyOf(tables.values());
      }

      @Override
      public void save(StoredTable table) {
        if (failingSaves > 0 || !isAlive.getAsBoolean()) {
          failingSaves = Math.max(0, failingSaves - 1);
          throw FreshetException.of(INTERNAL, "Simulated failure to save table %s", table.name());
        }
        tables.put(table.id(), table);
      }

      @Override
      public void delete(UUID tableId) {
        if (isAlive.getAsBoolean()) {
          tables.remove(tableId);
        }
      }
    };
  }
}
