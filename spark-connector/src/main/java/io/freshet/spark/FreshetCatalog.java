/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark;

import static io.freshet.error.FreshetErrorCode.TABLE_ALREADY_EXISTS;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_FOUND;

import io.freshet.client.FreshetClient;
import io.freshet.error.FreshetException;
import io.freshet.spark.connection.Connections;
import io.freshet.spark.lake.LakeTables;
import io.freshet.spark.procedure.Procedures;
import io.freshet.spark.stream.StreamedTable;
import io.freshet.table.TableName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.spark.TimeTravel;
import org.apache.iceberg.spark.functions.SparkFunctions;
import org.apache.spark.sql.catalyst.analysis.NamespaceAlreadyExistsException;
import org.apache.spark.sql.catalyst.analysis.NoSuchFunctionException;
import org.apache.spark.sql.catalyst.analysis.NoSuchNamespaceException;
import org.apache.spark.sql.catalyst.analysis.NoSuchTableException;
import org.apache.spark.sql.catalyst.analysis.NonEmptyNamespaceException;
import org.apache.spark.sql.catalyst.analysis.TableAlreadyExistsException;
import org.apache.spark.sql.connector.catalog.FunctionCatalog;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.NamespaceChange;
import org.apache.spark.sql.connector.catalog.ProcedureCatalog;
import org.apache.spark.sql.connector.catalog.StagedTable;
import org.apache.spark.sql.connector.catalog.StagingTableCatalog;
import org.apache.spark.sql.connector.catalog.SupportsNamespaces;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableCatalogCapability;
import org.apache.spark.sql.connector.catalog.TableChange;
import org.apache.spark.sql.connector.catalog.TableInfo;
import org.apache.spark.sql.connector.catalog.functions.UnboundFunction;
import org.apache.spark.sql.connector.catalog.procedures.UnboundProcedure;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * Freshet's tables in Spark SQL:
 *
 * <pre>
 * spark.sql.catalog.freshet     = io.freshet.spark.FreshetCatalog
 * spark.sql.catalog.freshet.uri = grpc://127.0.0.1:9090
 * </pre>
 *
 * <p>Besides {@code ns.t}, its whole rows, a table has {@code ns.t.lake} and {@code ns.t.fresh},
 * its halves, {@code ns.t.changes}, what its log has, and Iceberg's metadata tables such as {@code
 * ns.t.snapshots} and {@code ns.t.files}.
 */
public final class FreshetCatalog
    implements StagingTableCatalog, SupportsNamespaces, FunctionCatalog, ProcedureCatalog {
  private static final String FUNCTIONS = "system";

  private String name;
  private FreshetClient client;
  private TableLoader tables;
  private Namespaces namespaces;
  private Procedures procedures;

  /** For Spark, which calls {@link #initialize} next. */
  @SuppressWarnings("NullAway.Init")
  public FreshetCatalog() {}

  @Override
  public void initialize(String catalogName, CaseInsensitiveStringMap options) {
    CatalogOptions settings = CatalogOptions.of(catalogName, options);
    name = catalogName;
    client = Connections.to(settings.uri());
    LakeTables lakeTables = new LakeTables(catalogName, settings.lakeFiles());
    tables = new TableLoader(catalogName, client, lakeTables, settings.lease());
    namespaces = new Namespaces(client);
    procedures = new Procedures(catalogName, client);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Set<TableCatalogCapability> capabilities() {
    return Set.of(
        TableCatalogCapability.SUPPORT_TABLE_CONSTRAINT,
        TableCatalogCapability.SUPPORT_COLUMN_DEFAULT_VALUE);
  }

  @Override
  public Table loadTable(Identifier identifier) throws NoSuchTableException {
    return tables.load(identifier);
  }

  /**
   * The table of that name, for a stream that is made without this catalog's {@link #loadTable}.
   */
  public StreamedTable loadStreamed(Identifier identifier) throws NoSuchTableException {
    if (tables.load(identifier) instanceof FreshetTable table && table.isWhole()) {
      return table.streamed();
    }
    throw new NoSuchTableException(identifier);
  }

  /** {@code VERSION AS OF}: a snapshot, branch or tag of the lake, without fresh rows. */
  @Override
  public Table loadTable(Identifier identifier, String version) throws NoSuchTableException {
    return tables.loadLake(identifier, TimeTravel.version(version));
  }

  /** {@code TIMESTAMP AS OF}: the lake as it was then, without fresh rows. */
  @Override
  public Table loadTable(Identifier identifier, long timestampMicros) throws NoSuchTableException {
    return tables.loadLake(identifier, TimeTravel.timestampMicros(timestampMicros));
  }

  @Override
  public Identifier[] listTables(String[] namespace) throws NoSuchNamespaceException {
    namespaces.check(namespace);
    return client.listTables(Namespaces.text(namespace)).stream()
        .filter(table -> table.namespace().equals(List.of(namespace)))
        .map(table -> Identifier.of(namespace, table.name()))
        .toArray(Identifier[]::new);
  }

  @Override
  public Table createTable(Identifier identifier, TableInfo info)
      throws TableAlreadyExistsException, NoSuchNamespaceException {
    return create(identifier, info);
  }

  /** Makes the table, which is dropped again if it can't be filled. */
  @Override
  public StagedTable stageCreate(Identifier identifier, TableInfo info)
      throws TableAlreadyExistsException, NoSuchNamespaceException {
    return new FilledTable(create(identifier, info), () -> {}, () -> purgeTable(identifier));
  }

  @Override
  public StagedTable stageCreateOrReplace(Identifier identifier, TableInfo info)
      throws NoSuchNamespaceException {
    try {
      return tableExists(identifier)
          ? replacement(identifier, info)
          : stageCreate(identifier, info);
    } catch (TableAlreadyExistsException e) {
      throw new FreshetException(
          TABLE_ALREADY_EXISTS,
          "Table " + identifier + " was made by somebody else meanwhile: try again",
          e);
    }
  }

  @Override
  public StagedTable stageReplace(Identifier identifier, TableInfo info)
      throws NoSuchTableException {
    try {
      return replacement(identifier, info);
    } catch (TableAlreadyExistsException | NoSuchNamespaceException e) {
      throw new NoSuchTableException(identifier);
    }
  }

  private StagedTable replacement(Identifier identifier, TableInfo info)
      throws TableAlreadyExistsException, NoSuchNamespaceException {
    TableReplacement replacement = new TableReplacement(client, identifier);
    return new FilledTable(
        create(replacement.place(), info),
        replacement::finish,
        () -> purgeTable(replacement.place()));
  }

  @Override
  public Table alterTable(Identifier identifier, TableChange... changes)
      throws NoSuchTableException {
    TableName table = TableLoader.tableName(identifier);
    Map<String, String> set = new HashMap<>();
    List<String> remove = new ArrayList<>();
    List<TableChange> columns = new ArrayList<>();
    for (TableChange change : changes) {
      if (change instanceof TableChange.SetProperty property) {
        set.put(property.property(), property.value());
      } else if (change instanceof TableChange.RemoveProperty property) {
        remove.add(property.property());
      } else {
        columns.add(change);
      }
    }
    try {
      if (!columns.isEmpty()) {
        Schema schema = client.describeTable(table).schema();
        client.alterSchema(table, ColumnChanges.of(table, schema, columns));
      }
      if (!set.isEmpty() || !remove.isEmpty()) {
        client.alterProperties(table, set, remove);
      }
    } catch (FreshetException e) {
      throw TableLoader.noSuchTable(identifier, e);
    }
    return tables.load(identifier);
  }

  /** The lake table stays as a plain Iceberg table, with the rows that were tiered. */
  @Override
  public boolean dropTable(Identifier identifier) {
    return drop(identifier, false);
  }

  @Override
  public boolean purgeTable(Identifier identifier) {
    return drop(identifier, true);
  }

  @Override
  public void renameTable(Identifier from, Identifier to)
      throws NoSuchTableException, TableAlreadyExistsException {
    try {
      var unused = client.renameTable(TableLoader.tableName(from), TableLoader.tableName(to));
    } catch (FreshetException e) {
      if (e.code() == TABLE_ALREADY_EXISTS && tableExists(to)) {
        throw new TableAlreadyExistsException(to);
      }
      throw TableLoader.noSuchTable(from, e);
    }
  }

  @Override
  public String[][] listNamespaces() {
    return namespaces.children(new String[0]);
  }

  @Override
  public String[][] listNamespaces(String[] namespace) throws NoSuchNamespaceException {
    namespaces.check(namespace);
    return namespaces.children(namespace);
  }

  @Override
  public Map<String, String> loadNamespaceMetadata(String[] namespace)
      throws NoSuchNamespaceException {
    namespaces.check(namespace);
    return Map.of();
  }

  @Override
  public void createNamespace(String[] namespace, Map<String, String> metadata)
      throws NamespaceAlreadyExistsException {
    namespaces.create(namespace, metadata);
  }

  @Override
  public void alterNamespace(String[] namespace, NamespaceChange... changes)
      throws NoSuchNamespaceException {
    namespaces.check(namespace);
    throw Namespaces.withoutProperties(namespace);
  }

  @Override
  public boolean dropNamespace(String[] namespace, boolean cascade)
      throws NoSuchNamespaceException, NonEmptyNamespaceException {
    namespaces.check(namespace);
    for (Identifier table : listTables(namespace)) {
      if (!cascade) {
        throw new NonEmptyNamespaceException(namespace);
      }
      dropTable(table);
    }
    namespaces.drop(namespace, cascade);
    return true;
  }

  /** Iceberg's functions; Spark needs them to compare how tables are partitioned. */
  @Override
  public Identifier[] listFunctions(String[] namespace) {
    return hasFunctions(namespace)
        ? SparkFunctions.list().stream()
            .map(function -> Identifier.of(namespace, function))
            .toArray(Identifier[]::new)
        : new Identifier[0];
  }

  @Override
  public UnboundFunction loadFunction(Identifier identifier) throws NoSuchFunctionException {
    UnboundFunction function =
        hasFunctions(identifier.namespace()) ? SparkFunctions.load(identifier.name()) : null;
    if (function == null) {
      throw new NoSuchFunctionException(identifier);
    }
    return function;
  }

  @Override
  public UnboundProcedure loadProcedure(Identifier identifier) {
    return procedures.load(identifier);
  }

  @Override
  public Identifier[] listProcedures(String[] namespace) {
    return procedures.list(namespace);
  }

  private FreshetTable create(Identifier identifier, TableInfo info)
      throws TableAlreadyExistsException, NoSuchNamespaceException {
    namespaces.check(identifier.namespace());
    try {
      return tables.union(
          client.createTable(NewTable.request(TableLoader.tableName(identifier), info)));
    } catch (FreshetException e) {
      if (e.code() == TABLE_ALREADY_EXISTS && tableExists(identifier)) {
        throw new TableAlreadyExistsException(identifier);
      }
      throw e; // The server's message knows of a table that is in the lake only.
    }
  }

  private boolean drop(Identifier identifier, boolean isPurged) {
    TableName table = TableLoader.tableName(identifier);
    try {
      if (isPurged) {
        client.purgeTable(table);
      } else {
        client.dropTable(table);
      }
      return true;
    } catch (FreshetException e) {
      if (e.code() == TABLE_NOT_FOUND) {
        return false;
      }
      throw e;
    }
  }

  private static boolean hasFunctions(String[] namespace) {
    return namespace.length == 0
        || (namespace.length == 1 && namespace[0].equalsIgnoreCase(FUNCTIONS));
  }
}
