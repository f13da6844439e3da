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
import java.util.UUID;
import org.apache.spark.sql.connector.catalog.Identifier;

/** A table that is filled under a name of its own, and then takes another's name. */
final class TableReplacement {
  private final FreshetClient client;
  private final Identifier replaced;
  private final Identifier place;

  TableReplacement(FreshetClient client, Identifier replaced) {
    this.client = client;
    this.replaced = replaced;
    String suffix = UUID.randomUUID().toString().substring(0, 8);
    this.place = Identifier.of(replaced.namespace(), replaced.name() + "_new_" + suffix);
  }

  /** Where the new table is made. */
  Identifier place() {
    return place;
  }

  /** Gives the new table the name; the old one goes once nobody reads it any more. */
  void finish() {
    var unused = client.replaceTable(TableLoader.tableName(replaced), TableLoader.tableName(place));
  }
}
