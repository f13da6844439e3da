/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.overlay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.error.FreshetException;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.deletes.Deletes;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.Test;

final class DeletionVectorV1Test {
  private static final long MAX = PositionBitmap.MAX_POSITION;

  @Property(tries = 300)
  void icebergReadsWhatIsWritten(
      @ForAll Set<@LongRange(min = 0, max = 200_000) Long> near,
      @ForAll Set<@LongRange(min = 0, max = 1L << 34) Long> far) {
    TreeSet<Long> positions = new TreeSet<>(near);
    positions.addAll(far);
    byte[] vector =
        DeletionVectorV1.serialize(
            PositionBitmap.of(positions.stream().mapToLong(Long::longValue).toArray()));

    PositionDeleteIndex read =
        PositionDeleteIndex.deserialize(vector, describe(vector, positions.size()));

    TreeSet<Long> found = new TreeSet<>();
    read.forEach(found::add);
    assertThat(found).isEqualTo(positions);
    assertThat(read.cardinality()).isEqualTo(positions.size());
  }

  @Property(tries = 300)
  void whatIcebergWritesIsRead(
      @ForAll Set<@LongRange(min = 0, max = 200_000) Long> near,
      @ForAll Set<@LongRange(min = 0, max = 1L << 34) Long> far) {
    Set<Long> positions = new TreeSet<>(near);
    positions.addAll(far);
    PositionBitmap expected =
        PositionBitmap.of(positions.stream().mapToLong(Long::longValue).toArray());
    PositionDeleteIndex index = Deletes.toPositionIndex(CloseableIterable.withNoopClose(positions));
    if (index.isEmpty()) {
      return;
    }

    assertThat(DeletionVectorV1.deserialize(index.serialize().array(), "a file"))
        .isEqualTo(expected);
  }

  @Test
  void mergedVectorsHoldThePositionsOfBoth() {
    PositionBitmap base = PositionBitmap.of(1, 2, 1L << 33);
    PositionBitmap merged = base.copy();

    merged.addAll(PositionBitmap.of(2, 3));

    assertThat(merged.toArray()).containsExactly(1, 2, 3, 1L << 33);
    assertThat(base.toArray()).containsExactly(1, 2, 1L << 33);
    assertThat(merged.add(3)).isFalse();
    assertThat(merged.cardinality()).isEqualTo(4);
    assertThat(merged.contains(1L << 33)).isTrue();
    assertThat(merged.contains(MAX)).isFalse();
  }

  @Test
  void everyDamagedByteIsFound() {
    byte[] vector =
        DeletionVectorV1.serialize(
            PositionBitmap.of(LongStream.range(0, 50).map(i -> i * i).toArray()));
    for (int i = 0; i < vector.length; i++) {
      byte[] damaged = vector.clone();
      damaged[i] ^= 0x10;
      assertThatThrownBy(() -> DeletionVectorV1.deserialize(damaged, "file x"))
          .isInstanceOf(FreshetException.class)
          .hasMessageContaining("in file x is damaged")
          .hasMessageContaining("roll the table back");
    }
  }

  @Test
  void positionsOutOfRangeAreRefused() {
    PositionBitmap bitmap = new PositionBitmap();
    for (long position : new long[] {-1, MAX + 1}) {
      assertThatThrownBy(() -> bitmap.add(position))
          .hasMessage("Position " + position + " is not from 0 to " + MAX);
    }
    assertThat(bitmap.isEmpty()).isTrue();
  }

  private static DeleteFile describe(byte[] vector, long positions) {
    return FileMetadata.deleteFileBuilder(PartitionSpec.unpartitioned())
        .ofPositionDeletes()
        .withFormat(FileFormat.PUFFIN)
        .withPath("memory:deletes.puffin")
        .withReferencedDataFile("memory:data.parquet")
        .withFileSizeInBytes(vector.length)
        .withContentOffset(0)
        .withContentSizeInBytes(vector.length)
        .withRecordCount(positions)
        .build();
  }
}
