/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.metadata;

import static io.trino.spi.StandardErrorCode.INVALID_TABLE_PROPERTY;
import static io.trino.spi.StandardErrorCode.NOT_SUPPORTED;

import io.freshet.client.FreshetClient;
import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.freshet.protocol.CreateTable;
import io.freshet.table.Partitioning;
import io.freshet.table.Sorting;
import io.freshet.table.TableName;
import io.freshet.trino.error.FreshetErrors;
import io.freshet.trino.handle.RowId;
import io.freshet.trino.handle.TablePart;
import io.freshet.trino.handle.UnionTableHandle;
import io.trino.plugin.iceberg.IcebergColumnHandle;
import io.trino.plugin.iceberg.IcebergTableHandle;
import io.trino.plugin.iceberg.IcebergUtil;
import io.trino.plugin.iceberg.PartitionFields;
import io.trino.plugin.iceberg.SortFieldUtils;
import io.trino.spi.TrinoException;
import io.trino.spi.connector.ColumnHandle;
import io.trino.spi.connector.ConnectorTableHandle;
import io.trino.spi.connector.ConnectorTableMetadata;
import io.trino.spi.connector.SaveMode;
import io.trino.spi.type.TypeManager;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.types.Types;

/** Makes, changes and drops tables, by asking the server for it. */
public final class TableChanges {
  private final FreshetClient client;
  private final TypeManager types;

  public TableChanges(FreshetClient client, TypeManager types) {
    this.client = client;
    this.types = types;
  }

  /** The properties that SHOW CREATE TABLE shows. */
  Map<String, Object> properties(TableName table) {
    return TableProperties.of(FreshetErrors.call(() -> client.describeTable(table)));
  }

  void createSchema(String schema, Map<String, Object> properties) {
    if (properties.values().stream().anyMatch(value -> value != null)) {
      throw new TrinoException(
          NOT_SUPPORTED,
          String.format("Schema %s can't have properties: Freshet's have none", schema));
    }
    FreshetErrors.run(() -> client.createNamespace(schema));
  }

  void dropSchema(String schema, boolean cascade) {
    FreshetErrors.run(() -> {
      if (cascade) {
        client.listTables(schema).forEach(client::purgeTable);
      }
      client.dropNamespace(schema);
    });
  }

  /** Makes a table; one that is there already stays as it is if {@code mode} ignores that. */
  TableName createTable(ConnectorTableMetadata table, SaveMode mode) {
    if (mode == SaveMode.REPLACE) {
      throw new TrinoException(NOT_SUPPORTED, "This connector does not support replacing tables");
    }
    TableName name = TableNames.ofNew(table.getTable());
    CreateTable request = request(name, table);
    try {
      client.createTable(request);
    } catch (FreshetException e) {
      if (e.code() != FreshetErrorCode.TABLE_ALREADY_EXISTS || mode != SaveMode.IGNORE) {
        throw FreshetErrors.toTrino(e);
      }
    }
    return name;
  }

  /** Drops a table with all its rows, in the lake, too. */
  void dropTable(TableName table) {
    FreshetErrors.run(() -> client.purgeTable(table));
  }

  void setComment(TableName table, Optional<String> comment) {
    alter(
        table,
        comment.map(text -> Map.of(TableProperties.COMMENT, text)).orElse(Map.of()),
        comment.isPresent() ? List.of() : List.of(TableProperties.COMMENT));
  }

  /** Changes the given properties; an absent value is the server's default. */
  void setProperties(TableName table, Map<String, Optional<Object>> changed) {
    Set<String> fixed = new TreeSet<>(changed.keySet());
    fixed.remove(TableProperties.EXTRA_PROPERTIES);
    fixed.removeAll(TableProperties.SERVER_NAMES.keySet());
    if (!fixed.isEmpty()) {
      throw new TrinoException(
          NOT_SUPPORTED,
          String.format(
              "%s of table %s can't be changed: only %s and %s can",
              fixed,
              table,
              TableProperties.SERVER_NAMES.keySet(),
              TableProperties.EXTRA_PROPERTIES));
    }
    Map<String, Object> set = new HashMap<>();
    List<String> removed = new ArrayList<>();
    changed.forEach((name, value) -> {
      if (value.isPresent()) {
        set.put(name, value.get());
      } else if (TableProperties.SERVER_NAMES.containsKey(name)) {
        removed.add(TableProperties.SERVER_NAMES.get(name));
      }
    });
    alter(table, TableProperties.ofServer(set), removed);
  }

  /** The columns of a handle, in the order of the table. */
  List<ColumnHandle> columns(ConnectorTableHandle lake) {
    Schema schema = SchemaParser.fromJson(((IcebergTableHandle) lake).getTableSchemaJson());
    return List.copyOf(IcebergUtil.getTopLevelColumns(schema, types));
  }

  /** The columns that say which row is changed. */
  List<IcebergColumnHandle> keyForChanges(UnionTableHandle table) {
    refuseParts(table);
    List<IcebergColumnHandle> key = RowId.key(table.lake(), types);
    if (key.isEmpty()) {
      throw new TrinoException(
          NOT_SUPPORTED,
          String.format(
              "Rows of table %s can't be updated or deleted: it is a log table, which takes appends"
                  + " only. Tables with a %s take changes of rows.",
              table.name(), TableProperties.PRIMARY_KEY));
    }
    return key;
  }

  /** Refuses updates of the key; {@code updated} has the columns that each clause sets. */
  void checkUpdates(UnionTableHandle table, Collection<Collection<ColumnHandle>> updated) {
    for (IcebergColumnHandle column : keyForChanges(table)) {
      if (updated.stream().anyMatch(columns -> columns.contains(column))) {
        throw new TrinoException(
            NOT_SUPPORTED,
            String.format(
                "Column %s of table %s can't be updated: it is in the primary key. Delete the row,"
                    + " and insert it with the other key.",
                column.getName(), table.name()));
      }
    }
  }

  static void refuseParts(UnionTableHandle table) {
    if (table.part() != TablePart.UNION) {
      throw new TrinoException(
          NOT_SUPPORTED,
          String.format(
              "%s can't be written: it is a part of table %s. Write to the table.",
              table.name(), table.table()));
    }
  }

  private void alter(TableName table, Map<String, String> set, List<String> remove) {
    FreshetErrors.run(() -> client.alterProperties(table, set, remove));
  }

  private static CreateTable request(TableName name, ConnectorTableMetadata table) {
    Map<String, Object> properties = table.getProperties();
    List<String> primaryKey = TableProperties.list(properties, TableProperties.PRIMARY_KEY);
    List<String> bucketKey = TableProperties.list(properties, TableProperties.BUCKET_KEY);
    Schema columns = IcebergUtil.schemaFromMetadata(table.getColumns());
    Schema schema = withPrimaryKey(name, columns, primaryKey);
    List<String> partitioning = TableProperties.list(properties, TableProperties.PARTITIONING);
    List<String> sortedBy = TableProperties.list(properties, TableProperties.SORTED_BY);
    Map<String, String> extra = new HashMap<>(TableProperties.ofServer(properties));
    table.getComment().ifPresent(comment -> extra.put(TableProperties.COMMENT, comment));
    return new CreateTable(
        name,
        schema,
        Partitioning.format(PartitionFields.parsePartitionFields(schema, partitioning)),
        Sorting.format(SortFieldUtils.parseSortFields(schema, sortedBy)),
        TableProperties.buckets(properties),
        bucketKey.isEmpty() ? null : bucketKey,
        extra);
  }

  private static Schema withPrimaryKey(TableName table, Schema schema, List<String> primaryKey) {
    Set<Integer> ids = new HashSet<>();
    for (String name : primaryKey) {
      Types.NestedField column = schema.caseInsensitiveFindField(name);
      if (column == null) {
        throw new TrinoException(
            INVALID_TABLE_PROPERTY,
            String.format(
                "%s of table %s names column %s, which it has not: its columns are %s",
                TableProperties.PRIMARY_KEY,
                table,
                name,
                schema.columns().stream().map(Types.NestedField::name).toList()));
      }
      ids.add(column.fieldId());
    }
    List<Types.NestedField> columns =
        schema.columns().stream()
            .map(column -> ids.contains(column.fieldId()) ? column.asRequired() : column)
            .toList();
    return new Schema(columns, ids);
  }
}
