/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.arrow;

import static io.trino.spi.type.BigintType.BIGINT;
import static io.trino.spi.type.VarcharType.VARCHAR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trino.spi.block.Block;
import io.trino.spi.block.RowBlock;
import io.trino.spi.type.ArrayType;
import io.trino.spi.type.RowType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.UInt4Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.util.TransferPair;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Forms of Arrow vectors that other writers and slices make; the types are in {@code TypesIT}. */
final class ArrowBlocksTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 63, 64, 65, 200})
  void nullsAreWhereTheyWere(int rows) {
    try (BufferAllocator allocator = new RootAllocator();
        BigIntVector vector = new BigIntVector("v", allocator)) {
      vector.allocateNew(rows);
      for (int i = 0; i < rows; i++) {
        if (i % 3 == 1) {
          vector.setNull(i);
        } else {
          vector.set(i, i * 7L);
        }
      }
      vector.setValueCount(rows);
      Block block = ArrowBlocks.toBlock(vector, BIGINT);
      assertThat(block.getPositionCount()).isEqualTo(rows);
      for (int i = 0; i < rows; i++) {
        assertThat(block.isNull(i)).isEqualTo(i % 3 == 1);
        if (i % 3 != 1) {
          assertThat(BIGINT.getLong(block, i)).isEqualTo(i * 7L);
        }
      }
    }
  }

  @Test
  void slicesStartAnywhere() {
    try (BufferAllocator allocator = new RootAllocator();
        VarCharVector vector = new VarCharVector("v", allocator)) {
      vector.allocateNew();
      for (int i = 0; i < 20; i++) {
        vector.setSafe(i, ("value " + i).getBytes(StandardCharsets.UTF_8));
      }
      vector.setNull(9);
      vector.setValueCount(20);
      TransferPair pair = vector.getTransferPair(allocator);
      pair.splitAndTransfer(5, 10);
      try (VarCharVector slice = (VarCharVector) pair.getTo()) {
        Block block = ArrowBlocks.toBlock(slice, VARCHAR);
        assertThat(block.getPositionCount()).isEqualTo(10);
        assertThat(block.isNull(4)).isTrue();
        assertThat(VARCHAR.getSlice(block, 0).toStringUtf8()).isEqualTo("value 5");
        assertThat(VARCHAR.getSlice(block, 9).toStringUtf8()).isEqualTo("value 14");
      }
    }
  }

  /** Arrow lets null lists have entries; other writers send such. */
  @Test
  void entriesOfNullListsAreLeftOut() {
    try (BufferAllocator allocator = new RootAllocator();
        ListVector vector = ListVector.empty("v", allocator)) {
      BigIntVector entries =
          (BigIntVector)
              vector.addOrGetVector(FieldType.nullable(new ArrowType.Int(64, true))).getVector();
      vector.allocateNew();
      for (int row = 0; row < 3; row++) {
        int first = vector.startNewValue(row);
        entries.setSafe(first, row * 10L);
        entries.setSafe(first + 1, row * 10L + 1);
        vector.endValue(row, 2);
      }
      vector.setValueCount(3);
      vector.getValidityBuffer().setByte(0, 0b101);
      ArrayType type = new ArrayType(BIGINT);
      Block block = ArrowBlocks.toBlock(vector, type);
      assertThat(block.isNull(1)).isTrue();
      assertThat(BIGINT.getLong(type.getObject(block, 0), 1)).isEqualTo(1);
      assertThat(BIGINT.getLong(type.getObject(block, 2), 0)).isEqualTo(20);
    }
  }

  /** Arrow lets fields of null structs have values. */
  @Test
  void fieldsOfNullRowsAreNull() {
    try (BufferAllocator allocator = new RootAllocator();
        StructVector vector = StructVector.empty("v", allocator)) {
      BigIntVector field =
          vector.addOrGet("x", FieldType.nullable(new ArrowType.Int(64, true)), BigIntVector.class);
      vector.allocateNew();
      for (int row = 0; row < 3; row++) {
        field.setSafe(row, row);
        vector.setIndexDefined(row);
      }
      vector.setNull(1);
      vector.setValueCount(3);
      RowType type = RowType.rowType(RowType.field("x", BIGINT));
      RowBlock block = (RowBlock) ArrowBlocks.toBlock(vector, type);
      assertThat(block.isNull(1)).isTrue();
      List<Block> fields = block.getFieldBlocks();
      assertThat(fields.get(0).isNull(1)).isTrue();
      assertThat(BIGINT.getLong(fields.get(0), 2)).isEqualTo(2);
    }
  }

  @Test
  void typesThatTheProtocolLacksAreNamed() {
    try (BufferAllocator allocator = new RootAllocator();
        UInt4Vector vector = new UInt4Vector("odd", allocator)) {
      assertThatThrownBy(() -> ArrowBlocks.toBlock(vector, BIGINT))
          .hasMessage(
              "Column odd came as Arrow type Int(32, false), which the Trino connector can't read:"
                  + " its version has to be that of the server");
    }
  }
}
