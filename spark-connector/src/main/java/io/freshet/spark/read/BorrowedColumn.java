/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.read;

import org.apache.arrow.vector.FieldVector;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarArray;
import org.apache.spark.sql.vectorized.ColumnarMap;
import org.apache.spark.unsafe.types.UTF8String;

/** A view of an Arrow vector that has no values of the kinds that a subclass does not override. */
abstract class BorrowedColumn extends ColumnVector {
  private final FieldVector vector;

  BorrowedColumn(FieldVector vector, DataType type) {
    super(type);
    this.vector = vector;
  }

  @Override
  public void close() {} // The stream's batch owns the vector.

  @Override
  public boolean hasNull() {
    return vector.getNullCount() > 0;
  }

  @Override
  public int numNulls() {
    return vector.getNullCount();
  }

  @Override
  public boolean isNullAt(int row) {
    return vector.isNull(row);
  }

  @Override
  public boolean getBoolean(int row) {
    throw notOfType("boolean");
  }

  @Override
  public byte getByte(int row) {
    throw notOfType("byte");
  }

  @Override
  public short getShort(int row) {
    throw notOfType("short");
  }

  @Override
  public int getInt(int row) {
    throw notOfType("int");
  }

  @Override
  public long getLong(int row) {
    throw notOfType("long");
  }

  @Override
  public float getFloat(int row) {
    throw notOfType("float");
  }

  @Override
  public double getDouble(int row) {
    throw notOfType("double");
  }

  @Override
  public ColumnarArray getArray(int row) {
    throw notOfType("array");
  }

  @Override
  public ColumnarMap getMap(int row) {
    throw notOfType("map");
  }

  @Override
  public Decimal getDecimal(int row, int precision, int scale) {
    throw notOfType("decimal");
  }

  @Override
  public UTF8String getUTF8String(int row) {
    throw notOfType("string");
  }

  @Override
  public byte[] getBinary(int row) {
    throw notOfType("binary");
  }

  @Override
  public ColumnVector getChild(int ordinal) {
    throw notOfType("struct");
  }

  private UnsupportedOperationException notOfType(String wanted) {
    return new UnsupportedOperationException(
        "Column " + vector.getName() + " has values of type " + dataType() + ", not " + wanted);
  }
}
