/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.handle;

import io.trino.plugin.iceberg.ColumnIdentity;
import io.trino.plugin.iceberg.IcebergColumnHandle;
import io.trino.plugin.iceberg.IcebergTableHandle;
import io.trino.plugin.iceberg.IcebergUtil;
import io.trino.spi.connector.ColumnHandle;
import io.trino.spi.connector.ColumnMetadata;
import io.trino.spi.connector.ConnectorTableHandle;
import io.trino.spi.type.RowType;
import io.trino.spi.type.TypeManager;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;

/**
 * The column by which the engine says which row to change: a row of the primary key's values. It
 * looks like one of Iceberg's columns, since the Iceberg connector meets it among those.
 */
public final class RowId {
  static final String NAME = "$freshet_row_id";

  /** Beyond the ids that tables use, and none of Iceberg's metadata columns. */
  private static final int FIELD_ID = Integer.MAX_VALUE - 5000;

  private RowId() {}

  /** The columns of the primary key, in the table's order; empty for a log table. */
  public static List<IcebergColumnHandle> key(ConnectorTableHandle lake, TypeManager types) {
    Schema schema = SchemaParser.fromJson(((IcebergTableHandle) lake).getTableSchemaJson());
    Set<Integer> ids = schema.identifierFieldIds();
    return IcebergUtil.getTopLevelColumns(schema, types).stream()
        .filter(column -> ids.contains(column.getId()))
        .toList();
  }

  public static IcebergColumnHandle column(List<IcebergColumnHandle> key) {
    List<ColumnIdentity> fields =
        key.stream().map(IcebergColumnHandle::getBaseColumnIdentity).toList();
    List<RowType.Field> types =
        key.stream().map(column -> RowType.field(column.getName(), column.getType())).toList();
    return IcebergColumnHandle.required(
            new ColumnIdentity(FIELD_ID, NAME, ColumnIdentity.TypeCategory.STRUCT, fields))
        .columnType(RowType.from(types))
        .build();
  }

  public static boolean isRowId(ColumnHandle column) {
    return column instanceof IcebergColumnHandle iceberg && iceberg.getId() == FIELD_ID;
  }

  public static ColumnMetadata metadata(IcebergColumnHandle column) {
    return ColumnMetadata.builder().setName(NAME).setType(column.getType()).setHidden(true).build();
  }
}
