/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.metadata;

import io.freshet.error.FreshetException;
import io.freshet.table.TableName;
import io.freshet.trino.error.FreshetErrors;
import io.trino.spi.connector.SchemaTableName;
import java.util.Optional;
import java.util.regex.Pattern;

/** Names in queries and the server's: a schema is a namespace, whose levels are joined by dots. */
final class TableNames {
  private static final Pattern POSSIBLE =
      Pattern.compile("[A-Za-z0-9_-]{1,128}(\\.[A-Za-z0-9_-]{1,128})*");

  private TableNames() {}

  /** The server's name; empty if the server can't have such a table. */
  static Optional<TableName> find(String schema, String table) {
    return POSSIBLE.matcher(schema).matches()
            && POSSIBLE.matcher(table).matches()
            && table.indexOf('.') < 0
        ? Optional.of(TableName.parse(schema + "." + table))
        : Optional.empty();
  }

  /** The server's name of a new table; a name that it can't have fails with what is wrong. */
  static TableName ofNew(SchemaTableName name) {
    try {
      TableName namespace = TableName.parse(name.getSchemaName() + ".namespace");
      return new TableName(namespace.namespace(), name.getTableName());
    } catch (FreshetException e) {
      throw FreshetErrors.toTrino(e);
    }
  }
}
