/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.read;

import java.nio.ByteBuffer;
import java.util.UUID;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Iceberg's fixed as Spark's binary, and its uuid as text, as Iceberg's own Spark reader has it.
 */
final class FixedBinaryColumn extends BorrowedColumn {
  private final FixedSizeBinaryVector vector;

  FixedBinaryColumn(FixedSizeBinaryVector vector, DataType type) {
    super(vector, type);
    this.vector = vector;
  }

  @Override
  public byte[] getBinary(int row) {
    return vector.get(row);
  }

  @Override
  public UTF8String getUTF8String(int row) {
    ByteBuffer bytes = ByteBuffer.wrap(vector.get(row));
    return UTF8String.fromString(new UUID(bytes.getLong(), bytes.getLong()).toString());
  }
}
