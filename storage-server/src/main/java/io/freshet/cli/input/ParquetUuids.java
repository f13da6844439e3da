/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.input;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.schema.LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;

/**
 * Gives the type uuid to the columns that a Parquet file marks so: Iceberg's conversion of schemas
 * leaves them fixed(16). Both schemas have the same leaves in the same order.
 */
final class ParquetUuids {
  private final Iterator<ColumnDescriptor> leaves;

  private ParquetUuids(Iterator<ColumnDescriptor> leaves) {
    this.leaves = leaves;
  }

  static Schema restored(Schema schema, MessageType fileType) {
    List<ColumnDescriptor> leaves = fileType.getColumns();
    long primitives =
        TypeUtil.indexById(schema.asStruct()).values().stream()
            .filter(field -> field.type().isPrimitiveType())
            .count();
    if (primitives != leaves.size() || leaves.stream().noneMatch(ParquetUuids::isUuid)) {
      return schema;
    }
    return new Schema(new ParquetUuids(leaves.iterator()).fields(schema.columns()));
  }

  private static boolean isUuid(ColumnDescriptor leaf) {
    return leaf.getPrimitiveType().getLogicalTypeAnnotation() instanceof UUIDLogicalTypeAnnotation;
  }

  private List<Types.NestedField> fields(List<Types.NestedField> fields) {
    List<Types.NestedField> restored = new ArrayList<>();
    for (Types.NestedField field : fields) {
      restored.add(Types.NestedField.from(field).ofType(type(field.type())).build());
    }
    return restored;
  }

  private Type type(Type type) {
    return switch (type.typeId()) {
      case STRUCT -> Types.StructType.of(fields(type.asStructType().fields()));
      case LIST -> {
        Types.ListType list = type.asListType();
        Type element = type(list.elementType());
        yield list.isElementOptional()
            ? Types.ListType.ofOptional(list.elementId(), element)
            : Types.ListType.ofRequired(list.elementId(), element);
      }
      case MAP -> {
        Types.MapType map = type.asMapType();
        Type key = type(map.keyType());
        Type value = type(map.valueType());
        yield map.isValueOptional()
            ? Types.MapType.ofOptional(map.keyId(), map.valueId(), key, value)
            : Types.MapType.ofRequired(map.keyId(), map.valueId(), key, value);
      }
      default -> isUuid(leaves.next()) ? Types.UUIDType.get() : type;
    };
  }
}
