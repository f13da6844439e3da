/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming.read;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import org.apache.iceberg.StructLike;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/** A row of Spark as Iceberg's expressions see it. */
final class RowView implements StructLike {
  private final DataType[] types;
  private final @Nullable RowView[] structs;
  private @Nullable InternalRow row;

  RowView(StructType type) {
    this.types = new DataType[type.length()];
    this.structs = new @Nullable RowView[type.length()];
    for (int i = 0; i < types.length; i++) {
      types[i] = type.fields()[i].dataType();
      structs[i] = types[i] instanceof StructType struct ? new RowView(struct) : null;
    }
  }

  /** This view, of another row. */
  RowView of(InternalRow next) {
    row = next;
    return this;
  }

  @Override
  public int size() {
    return types.length;
  }

  @Override
  public <T> @Nullable T get(int position, Class<T> type) {
    return type.cast(value(requireNonNull(row), position));
  }

  @Override
  public <T> void set(int position, T value) {
    throw new UnsupportedOperationException("Rows are read only");
  }

  private @Nullable Object value(InternalRow from, int position) {
    if (from.isNullAt(position)) {
      return null;
    }
    RowView struct = structs[position];
    if (struct != null) {
      return struct.of(from.getStruct(position, struct.size()));
    }
    Object value = from.get(position, types[position]);
    if (types[position] instanceof StringType) {
      return ((UTF8String) value).toString();
    }
    if (value instanceof Decimal decimal) {
      return decimal.toJavaBigDecimal();
    }
    return types[position] instanceof BinaryType ? ByteBuffer.wrap((byte[]) value) : value;
  }
}
