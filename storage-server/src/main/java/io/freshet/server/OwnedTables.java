/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server;

import static io.freshet.error.FreshetErrorCode.UNSUPPORTED;

import io.freshet.error.FreshetException;
import io.freshet.server.http.TableGuard;
import io.freshet.server.table.Tables;
import io.freshet.table.TableName;
import java.util.List;
import org.apache.iceberg.MetadataUpdate;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * Keeps the lake catalog's clients from dropping or renaming the lake half of a Freshet table,
 * whose log would be left behind. They may commit to it.
 */
final class OwnedTables implements TableGuard {
  private final Tables tables;

  OwnedTables(Tables tables) {
    this.tables = tables;
  }

  @Override
  public void beforeCommit(TableIdentifier table, List<MetadataUpdate> updates) {}

  /** A commit to the lake half is seen at once, not at the next look at the lake. */
  @Override
  public void afterCommit(TableIdentifier table) {
    tables.names().stream()
        .filter(name -> name.identifier().equals(table))
        .forEach(tables::lakeChanged);
  }

  @Override
  public void beforeDrop(TableIdentifier table) {
    refuse(table, "dropped", "freshet table drop " + table);
  }

  @Override
  public void beforeRename(TableIdentifier table, TableIdentifier newName) {
    refuse(table, "renamed", "freshet table create " + newName);
  }

  private void refuse(TableIdentifier table, String verb, String instead) {
    boolean isOwned = tables.names().stream().map(TableName::identifier).anyMatch(table::equals);
    if (isOwned) {
      throw FreshetException.of(
          UNSUPPORTED,
          "Table %s is the lake half of a Freshet table and can't be %s here: use '%s'",
          table,
          verb,
          instead);
    }
  }
}
