/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.view;

import io.freshet.server.table.Tables;
import io.freshet.table.TableName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.StaticTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.FileIO;

/**
 * The lake's catalog with Freshet's tables at their newest virtual snapshots; other tables are as
 * the lake has them. It is for readers.
 */
public final class FreshCatalog implements Catalog {
  private final String name;
  private final Dialect dialect;
  private final FreshView view;
  private final Tables tables;
  private final Catalog lake;
  private final FileIO io;
  private final Duration maxStaleness;

  /**
   * @param lake borrowed
   * @param io reads the lake's files; borrowed
   * @param maxStaleness of virtual snapshots, unless a table asks for another
   */
  public FreshCatalog(
      String name,
      Dialect dialect,
      FreshView view,
      Tables tables,
      Catalog lake,
      FileIO io,
      Duration maxStaleness) {
    this.name = name;
    this.dialect = dialect;
    this.view = view;
    this.tables = tables;
    this.lake = lake;
    this.io = io;
    this.maxStaleness = maxStaleness;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<TableIdentifier> listTables(Namespace namespace) {
    return lake.listTables(namespace);
  }

  @Override
  public boolean tableExists(TableIdentifier identifier) {
    return lake.tableExists(identifier);
  }

  @Override
  public Table loadTable(TableIdentifier identifier) {
    Optional<TableName> ours =
        tables.names().stream().filter(table -> table.identifier().equals(identifier)).findAny();
    if (ours.isEmpty()) {
      return lake.loadTable(identifier);
    }
    TableMetadata metadata = view.load(ours.get(), dialect, maxStaleness);
    return new BaseTable(new StaticTableOperations(metadata, io), identifier.toString());
  }

  @Override
  public boolean dropTable(TableIdentifier identifier, boolean purge) {
    throw new UnsupportedOperationException("Catalog " + name + " is read-only");
  }

  @Override
  public void renameTable(TableIdentifier from, TableIdentifier to) {
    throw new UnsupportedOperationException("Catalog " + name + " is read-only");
  }
}
