/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.metadata;

import static io.trino.spi.StandardErrorCode.NOT_SUPPORTED;

import io.freshet.client.FreshetClient;
import io.freshet.table.SchemaChange;
import io.freshet.table.TableName;
import io.freshet.trino.error.FreshetErrors;
import io.freshet.trino.handle.UnionTableHandle;
import io.freshet.trino.server.UnionTransaction;
import io.trino.plugin.iceberg.IcebergColumnHandle;
import io.trino.plugin.iceberg.IcebergDefaultValues;
import io.trino.plugin.iceberg.IcebergTableHandle;
import io.trino.plugin.iceberg.IcebergUtil;
import io.trino.plugin.iceberg.TypeConverter;
import io.trino.spi.TrinoException;
import io.trino.spi.connector.ColumnHandle;
import io.trino.spi.connector.ColumnMetadata;
import io.trino.spi.connector.ColumnPosition;
import io.trino.spi.connector.ConnectorMetadata;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.ConnectorTableHandle;
import io.trino.spi.connector.SchemaTableName;
import io.trino.spi.type.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.SingleValueParser;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.types.Types;

/**
 * ALTER TABLE and TRUNCATE of unions, each statement one change of the server. What is not here,
 * Trino refuses as a connector's that can't do it.
 */
final class TableAlterations implements ConnectorMetadata {
  private final FreshetClient client;
  private final UnionTransaction transaction;

  TableAlterations(FreshetClient client, UnionTransaction transaction) {
    this.client = client;
    this.transaction = transaction;
  }

  @Override
  public void addColumn(
      ConnectorSession session,
      ConnectorTableHandle table,
      ColumnMetadata column,
      ColumnPosition position) {
    if (!column.isNullable()) {
      throw new TrinoException(
          NOT_SUPPORTED,
          String.format(
              "Column %s can't be added to table %s as NOT NULL: rows that are there would have no"
                  + " value",
              column.getName(), union(table).name()));
    }
    List<SchemaChange> changes = new ArrayList<>();
    changes.add(
        new SchemaChange.AddColumn(List.of(), IcebergUtil.schemaFromMetadata(List.of(column))));
    List<String> path = List.of(column.getName());
    switch (position) {
      case ColumnPosition.First _ -> changes.add(new SchemaChange.MoveColumn(path, null));
      case ColumnPosition.After after ->
          changes.add(
              new SchemaChange.MoveColumn(path, path(table, List.of(after.columnName())).get(0)));
      case ColumnPosition.Last _ -> {}
    }
    alter(table, changes);
  }

  @Override
  public void addField(
      ConnectorSession session,
      ConnectorTableHandle table,
      List<String> parentPath,
      String fieldName,
      Type type,
      boolean ignoreExisting) {
    List<String> parent = path(table, parentPath);
    Types.StructType struct = schema(table).findType(String.join(".", parent)).asStructType();
    if (ignoreExisting && struct.caseInsensitiveField(fieldName) != null) {
      return;
    }
    Types.NestedField field =
        Types.NestedField.optional(
            1, fieldName, TypeConverter.toIcebergTypeForNewColumn(type, new AtomicInteger(1)));
    alter(table, List.of(new SchemaChange.AddColumn(parent, new Schema(field))));
  }

  @Override
  public void dropColumn(
      ConnectorSession session, ConnectorTableHandle table, ColumnHandle column) {
    alter(table, List.of(new SchemaChange.DropColumn(path(column))));
  }

  @Override
  public void dropField(
      ConnectorSession session,
      ConnectorTableHandle table,
      ColumnHandle column,
      List<String> fieldPath) {
    List<String> whole = new ArrayList<>(path(column));
    whole.addAll(fieldPath);
    alter(table, List.of(new SchemaChange.DropColumn(path(table, whole))));
  }

  @Override
  public void renameColumn(
      ConnectorSession session, ConnectorTableHandle table, ColumnHandle source, String target) {
    alter(table, List.of(new SchemaChange.RenameColumn(path(source), target)));
  }

  @Override
  public void renameField(
      ConnectorSession session, ConnectorTableHandle table, List<String> fieldPath, String target) {
    alter(table, List.of(new SchemaChange.RenameColumn(path(table, fieldPath), target)));
  }

  @Override
  public void setColumnType(
      ConnectorSession session, ConnectorTableHandle table, ColumnHandle column, Type type) {
    widen(table, path(column), type);
  }

  @Override
  public void setFieldType(
      ConnectorSession session, ConnectorTableHandle table, List<String> fieldPath, Type type) {
    widen(table, path(table, fieldPath), type);
  }

  @Override
  public void dropNotNullConstraint(
      ConnectorSession session, ConnectorTableHandle table, ColumnHandle column) {
    alter(table, List.of(new SchemaChange.MakeOptional(path(column))));
  }

  @Override
  public void setColumnComment(
      ConnectorSession session,
      ConnectorTableHandle table,
      ColumnHandle column,
      Optional<String> comment) {
    alter(table, List.of(new SchemaChange.SetDoc(path(column), comment.orElse(null))));
  }

  @Override
  public void setDefaultValue(
      ConnectorSession session,
      ConnectorTableHandle table,
      ColumnHandle column,
      String defaultValue) {
    org.apache.iceberg.types.Type type =
        schema(table).findField(((IcebergColumnHandle) column).getId()).type();
    Object value =
        IcebergDefaultValues.parseDefaultValue(
            defaultValue, ((IcebergColumnHandle) column).getType());
    Literal<?> literal = IcebergDefaultValues.toIcebergLiteral(value, type);
    String json = literal == null ? null : SingleValueParser.toJson(type, literal.value());
    alter(table, List.of(new SchemaChange.SetDefault(path(column), json)));
  }

  @Override
  public void dropDefaultValue(
      ConnectorSession session, ConnectorTableHandle table, ColumnHandle column) {
    alter(table, List.of(new SchemaChange.SetDefault(path(column), null)));
  }

  @Override
  public void renameTable(
      ConnectorSession session, ConnectorTableHandle handle, SchemaTableName newTableName) {
    TableChanges.refuseParts(union(handle));
    TableName table = TableName.parse(union(handle).table());
    TableName newName = TableNames.ofNew(newTableName);
    FreshetErrors.run(() -> client.renameTable(table, newName));
    transaction.forget(table);
    transaction.forget(newName);
  }

  @Override
  public void truncateTable(ConnectorSession session, ConnectorTableHandle handle) {
    TableChanges.refuseParts(union(handle));
    TableName table = TableName.parse(union(handle).table());
    FreshetErrors.run(() -> client.truncateTable(table));
    transaction.forget(table);
  }

  private void widen(ConnectorTableHandle table, List<String> path, Type type) {
    org.apache.iceberg.types.Type wider =
        TypeConverter.toIcebergTypeForNewColumn(type, new AtomicInteger(1));
    if (!wider.isPrimitiveType()) {
      throw new TrinoException(
          NOT_SUPPORTED,
          String.format(
              "Column %s of table %s can't become a %s: only columns and fields of simple types change"
                  + " theirs. Add or drop fields one by one.",
              String.join(".", path), union(table).name(), type));
    }
    alter(table, List.of(new SchemaChange.WidenColumn(path, wider.toString())));
  }

  private void alter(ConnectorTableHandle handle, List<SchemaChange> changes) {
    TableChanges.refuseParts(union(handle));
    TableName table = TableName.parse(union(handle).table());
    FreshetErrors.run(() -> client.alterSchema(table, changes));
    transaction.forget(table);
  }

  private static UnionTableHandle union(ConnectorTableHandle table) {
    return (UnionTableHandle) table;
  }

  private static Schema schema(ConnectorTableHandle table) {
    return SchemaParser.fromJson(((IcebergTableHandle) union(table).lake()).getTableSchemaJson());
  }

  private static List<String> path(ColumnHandle column) {
    return List.of(((IcebergColumnHandle) column).getBaseColumnIdentity().getName());
  }

  /** The names as the table has them; Trino's are in small letters. */
  private static List<String> path(ConnectorTableHandle table, List<String> path) {
    List<String> actual = new ArrayList<>();
    org.apache.iceberg.types.Type type = schema(table).asStruct();
    for (String name : path) {
      Types.NestedField field = null;
      for (Types.NestedField each : type.asNestedType().fields()) {
        field = each.name().equalsIgnoreCase(name) ? each : field;
      }
      if (field == null) {
        throw new TrinoException(
            NOT_SUPPORTED,
            String.format("Table %s has no field %s", union(table).name(), String.join(".", path)));
      }
      actual.add(field.name());
      type = field.type();
    }
    return actual;
  }
}
