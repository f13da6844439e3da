/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.arrow;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.airlift.slice.Slices;
import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.trino.spi.block.ArrayBlock;
import io.trino.spi.block.Block;
import io.trino.spi.block.ByteArrayBlock;
import io.trino.spi.block.Fixed12Block;
import io.trino.spi.block.Int128ArrayBlock;
import io.trino.spi.block.IntArrayBlock;
import io.trino.spi.block.LongArrayBlock;
import io.trino.spi.block.RowBlock;
import io.trino.spi.block.VariableWidthBlock;
import io.trino.spi.type.ArrayType;
import io.trino.spi.type.MapType;
import io.trino.spi.type.RowType;
import io.trino.spi.type.Type;
import io.trino.spi.type.UuidType;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.TimeStampNanoTZVector;
import org.apache.arrow.vector.TimeStampNanoVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.StructVector;
import org.jspecify.annotations.Nullable;

/**
 * Copies Arrow vectors, of the types that Freshet's protocol has, into Trino's blocks: whole
 * buffers at a time where both have the same form. What a block has where it is null is undefined,
 * but for fields of rows, which are null where their row is.
 */
public final class ArrowBlocks {
  private ArrowBlocks() {}

  /** The vector's values as the Trino type that the Iceberg connector gives its column. */
  public static Block toBlock(FieldVector vector, Type type) {
    return toBlock(vector, type, null);
  }

  private static Block toBlock(FieldVector vector, Type type, long @Nullable [] parent) {
    int rows = vector.getValueCount();
    long @Nullable [] valid = Validity.of(vector, parent);
    var optional = Validity.optional(valid);
    return switch (vector) {
      case BitVector bits -> new ByteArrayBlock(rows, optional, bytesOfBits(bits));
      case IntVector v -> new IntArrayBlock(rows, optional, ints(v));
      case Float4Vector v -> new IntArrayBlock(rows, optional, ints(v));
      case DateDayVector v -> new IntArrayBlock(rows, optional, ints(v));
      case BigIntVector v -> new LongArrayBlock(rows, optional, longs(v));
      case Float8Vector v -> new LongArrayBlock(rows, optional, longs(v));
      case TimeStampMicroVector v -> new LongArrayBlock(rows, optional, longs(v));
      case TimeMicroVector v -> new LongArrayBlock(rows, optional, Times.picos(longs(v)));
      case TimeStampNanoVector v -> new Fixed12Block(rows, optional, Times.ofNanos(longs(v)));
      case TimeStampMicroTZVector v ->
          new Fixed12Block(rows, optional, Times.ofMicrosUtc(longs(v)));
      case TimeStampNanoTZVector v -> new Fixed12Block(rows, optional, Times.ofNanosUtc(longs(v)));
      case DecimalVector v when v.getPrecision() <= 18 ->
          new LongArrayBlock(rows, optional, lowHalves(longs(v, 2)));
      case DecimalVector v -> new Int128ArrayBlock(rows, optional, highHalvesFirst(longs(v, 2)));
      case FixedSizeBinaryVector v when type == UuidType.UUID ->
          new Int128ArrayBlock(rows, optional, longs(v, 2));
      case FixedSizeBinaryVector v -> fixedBinary(v, valid);
      case BaseVariableWidthVector v -> variableWidth(v, valid);
      case MapVector v -> map(v, (MapType) type, valid);
      case ListVector v -> list(v, (ArrayType) type, valid);
      case StructVector v -> row(v, (RowType) type, valid);
      default ->
          throw FreshetException.of(
              FreshetErrorCode.UNSUPPORTED,
              "Column %s came as Arrow type %s, which the Trino connector can't read: its version"
                  + " has to be that of the server",
              vector.getName(),
              vector.getField().getType());
    };
  }

  private static byte[] bytesOfBits(BitVector bits) {
    byte[] values = new byte[bits.getValueCount()];
    ArrowBuf buffer = bits.getDataBuffer();
    for (int row = 0; row < values.length; row++) {
      values[row] = (byte) (buffer.getByte(row >>> 3) >>> (row & 7) & 1);
    }
    return values;
  }

  private static int[] ints(FieldVector vector) {
    int[] values = new int[vector.getValueCount()];
    data(vector, (long) values.length * Integer.BYTES).asIntBuffer().get(values);
    return values;
  }

  private static long[] longs(FieldVector vector) {
    return longs(vector, 1);
  }

  private static long[] longs(FieldVector vector, int longsPerValue) {
    long[] values = new long[vector.getValueCount() * longsPerValue];
    data(vector, (long) values.length * Long.BYTES).asLongBuffer().get(values);
    return values;
  }

  private static ByteBuffer data(FieldVector vector, long bytes) {
    return bytes(vector.getDataBuffer(), 0, bytes);
  }

  private static ByteBuffer bytes(ArrowBuf buffer, long start, long length) {
    return buffer.nioBuffer(start, Math.toIntExact(length)).order(LITTLE_ENDIAN);
  }

  /** halves: long[2 * values], the lower one of each first. */
  private static long[] lowHalves(long[] halves) {
    long[] values = new long[halves.length / 2];
    for (int i = 0; i < values.length; i++) {
      values[i] = halves[2 * i];
    }
    return values;
  }

  /** halves: long[2 * values], the lower one of each first. Turned around in place. */
  private static long[] highHalvesFirst(long[] halves) {
    for (int i = 0; i < halves.length; i += 2) {
      long low = halves[i];
      halves[i] = halves[i + 1];
      halves[i + 1] = low;
    }
    return halves;
  }

  private static Block fixedBinary(FixedSizeBinaryVector vector, long @Nullable [] valid) {
    int rows = vector.getValueCount();
    int width = vector.getByteWidth();
    int[] offsets = new int[rows + 1];
    for (int row = 0; row < rows; row++) {
      offsets[row + 1] = Math.multiplyExact(row + 1, width);
    }
    byte[] values = new byte[offsets[rows]];
    data(vector, values.length).get(values);
    return new VariableWidthBlock(
        rows, Slices.wrappedBuffer(values), offsets, Validity.optional(valid));
  }

  private static Block variableWidth(BaseVariableWidthVector vector, long @Nullable [] valid) {
    int[] offsets = offsets(vector.getOffsetBuffer(), vector.getValueCount());
    int start = rebase(offsets);
    byte[] values = new byte[offsets[offsets.length - 1]];
    bytes(vector.getDataBuffer(), start, values.length).get(values);
    return new VariableWidthBlock(
        vector.getValueCount(), Slices.wrappedBuffer(values), offsets, Validity.optional(valid));
  }

  private static Block list(ListVector vector, ArrayType type, long @Nullable [] valid) {
    Entries entries = Entries.of(vector, valid);
    Block elements = toBlock(vector.getDataVector(), type.getElementType(), null);
    return ArrayBlock.fromElementBlock(
        vector.getValueCount(),
        Validity.optional(valid),
        entries.offsets(),
        entries.select(elements));
  }

  private static Block map(MapVector vector, MapType type, long @Nullable [] valid) {
    Entries entries = Entries.of(vector, valid);
    List<FieldVector> keyAndValue = vector.getDataVector().getChildrenFromFields();
    Block keys = toBlock(keyAndValue.get(0), type.getKeyType(), null);
    Block values = toBlock(keyAndValue.get(1), type.getValueType(), null);
    return type.createBlockFromKeyValue(
        Validity.optional(valid), entries.offsets(), entries.select(keys), entries.select(values));
  }

  private static Block row(StructVector vector, RowType type, long @Nullable [] valid) {
    List<FieldVector> children = vector.getChildrenFromFields();
    Block[] fields = new Block[children.size()];
    for (int i = 0; i < fields.length; i++) {
      fields[i] = toBlock(children.get(i), type.getFields().get(i).getType(), valid);
    }
    return RowBlock.fromNotNullSuppressedFieldBlocks(
        vector.getValueCount(), Validity.optional(valid), fields);
  }

  /** {@code int[rows + 1]}; an empty vector may have no offsets at all. */
  static int[] offsets(ArrowBuf buffer, int rows) {
    int[] offsets = new int[rows + 1];
    if (rows > 0) {
      bytes(buffer, 0, (long) offsets.length * Integer.BYTES).asIntBuffer().get(offsets);
    }
    return offsets;
  }

  /** Makes offsets start at 0, and returns where they started. */
  static int rebase(int[] offsets) {
    int start = offsets[0];
    if (start != 0) {
      for (int i = 0; i < offsets.length; i++) {
        offsets[i] -= start;
      }
    }
    return start;
  }
}
