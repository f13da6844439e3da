/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.write;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.transforms.Transform;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** Which partition of a table a row is in. */
final class RowPartitions {
  private final List<Source> sources;

  /** The way to a column that a table is partitioned by, and what makes a partition of a value. */
  private record Source(
      int[] ordinals, StructType[] structs, Type type, Function<Object, Object> transform) {}

  /**
   * @param row of whose type the rows are; has the columns that the table is partitioned by
   */
  RowPartitions(PartitionSpec spec, StructType row) {
    this.sources = spec.fields().stream().map(field -> source(spec, field, row)).toList();
  }

  /** The path of the column that a partition field is made of. */
  static List<String> path(PartitionSpec spec, PartitionField field) {
    List<String> path = new ArrayList<>();
    if (!find(spec.schema().asStruct(), field.sourceId(), path)) {
      throw new IllegalArgumentException("No column of " + spec.schema() + " is that of " + field);
    }
    return path;
  }

  /** One value for each partition field; those of rows in the same partition are equal. */
  List<@Nullable Object> of(InternalRow row) {
    List<@Nullable Object> values = new ArrayList<>(sources.size());
    for (Source source : sources) {
      Object value = value(source, row);
      values.add(value == null ? null : serializable(source.transform().apply(value)));
    }
    return values;
  }

  @SuppressWarnings("unchecked")
  private static Source source(PartitionSpec spec, PartitionField field, StructType row) {
    List<String> path = path(spec, field);
    int[] ordinals = new int[path.size()];
    StructType[] structs = new StructType[path.size()];
    StructType struct = row;
    for (int i = 0; i < ordinals.length; i++) {
      structs[i] = struct;
      ordinals[i] = Arrays.asList(struct.fieldNames()).indexOf(path.get(i));
      if (i < ordinals.length - 1) {
        struct = (StructType) struct.fields()[ordinals[i]].dataType();
      }
    }
    Type type = spec.schema().findType(field.sourceId());
    return new Source(
        ordinals, structs, type, ((Transform<Object, Object>) field.transform()).bind(type));
  }

  private static @Nullable Object value(Source source, InternalRow row) {
    InternalRow struct = row;
    int last = source.ordinals().length - 1;
    for (int i = 0; i < last; i++) {
      int ordinal = source.ordinals()[i];
      if (struct.isNullAt(ordinal)) {
        return null;
      }
      struct = struct.getStruct(ordinal, source.structs()[i + 1].length());
    }
    int ordinal = source.ordinals()[last];
    return struct.isNullAt(ordinal)
        ? null
        : iceberg(
            source.type(),
            struct.get(ordinal, source.structs()[last].fields()[ordinal].dataType()));
  }

  /** A value as Iceberg's transforms take it. */
  private static Object iceberg(Type type, Object value) {
    return switch (type.typeId()) {
      case STRING -> value.toString();
      case UUID -> UUID.fromString(value.toString());
      case DECIMAL -> ((Decimal) value).toJavaBigDecimal();
      case BINARY, FIXED -> ByteBuffer.wrap((byte[]) value);
      default -> value;
    };
  }

  private static @Nullable Object serializable(@Nullable Object value) {
    if (value instanceof ByteBuffer bytes) {
      byte[] copy = new byte[bytes.remaining()];
      bytes.duplicate().get(copy);
      return HexFormat.of().formatHex(copy);
    }
    return value;
  }

  private static boolean find(Types.StructType struct, int fieldId, List<String> path) {
    for (Types.NestedField field : struct.fields()) {
      path.add(field.name());
      if (field.fieldId() == fieldId
          || (field.type().isStructType() && find(field.type().asStructType(), fieldId, path))) {
        return true;
      }
      path.remove(path.size() - 1);
    }
    return false;
  }
}
