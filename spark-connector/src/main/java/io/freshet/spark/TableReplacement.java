/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark;

import io.freshet.client.FreshetClient;
import io.freshet.error.FreshetException;
import io.freshet.table.TableName;
import java.util.UUID;
import org.apache.spark.sql.connector.catalog.Identifier;

/**
 * A table that is filled under a name of its own, and then takes another's name. Between two
 * renamings, for a moment, there is no table of that name.
 */
final class TableReplacement {
  private final FreshetClient client;
  private final Identifier replaced;
  private final String suffix = UUID.randomUUID().toString().substring(0, 8);

  TableReplacement(FreshetClient client, Identifier replaced) {
    this.client = client;
    this.replaced = replaced;
  }

  /** Where the new table is made. */
  Identifier place() {
    return named("_new_");
  }

  /** Gives the new table the name, and removes the old one. */
  void finish() {
    TableName name = TableLoader.tableName(replaced);
    TableName old = TableLoader.tableName(named("_old_"));
    client.renameTable(name, old);
    try {
      client.renameTable(TableLoader.tableName(place()), name);
    } catch (FreshetException e) {
      client.renameTable(old, name);
      throw e;
    }
    client.purgeTable(old);
  }

  private Identifier named(String middle) {
    return Identifier.of(replaced.namespace(), replaced.name() + middle + suffix);
  }
}
