/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.overlay.PositionBitmap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.data.BaseDeleteLoader;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.deletes.PositionDelete;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.deletes.PositionDeleteWriter;
import org.apache.iceberg.inmemory.InMemoryFileIO;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DeleteSchemaUtil;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.ContentFileUtil;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Iceberg reads from our files, and finds in those that it writes itself. */
final class PositionDeleteFileTest {
  /** All InMemoryFileIOs share their files. */
  private static final AtomicInteger NEXT = new AtomicInteger();

  private static final String DATA_FILE =
      "s3://a-bucket-with-a-name/a/warehouse/of/some/length/db.db/accounts/data/näme=日本/f-1.parquet";
  private static final PartitionSpec FLAT = PartitionSpec.unpartitioned();

  private final FileIO io = new InMemoryFileIO();

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 19_999, 20_000, 20_001, 100_000})
  void icebergReadsEachPositionOnceAndInOrder(int count) {
    PositionBitmap positions = new PositionBitmap();
    for (int i = 0; i < count; i++) {
      positions.add(7L * i + i % 3);
    }
    DeleteFile file = write(positions);
    assertThat(rows(file)).isEqualTo(boxed(positions));
    assertThat(file.recordCount()).isEqualTo(count);
    assertDeletes(file, positions);
  }

  @Test
  void positionsMayBeGreaterThanAnInt() {
    PositionBitmap positions =
        PositionBitmap.of(0, Integer.MAX_VALUE, 1L << 31, (1L << 32) - 1, 1L << 32, (1L << 36) + 5);
    DeleteFile file = write(positions);
    assertThat(rows(file)).isEqualTo(boxed(positions));
    assertDeletes(file, positions);
    assertSameMetrics(file, writtenByIceberg(positions));
  }

  @Test
  void aGreatFileHasManyRowGroupsWithBoundsOfTheirOwn() throws IOException {
    PositionBitmap positions = new PositionBitmap();
    int count = PositionDeletePages.ROW_GROUP_ROWS + 1;
    for (int i = 0; i < count; i++) {
      positions.add(3L * i);
    }
    DeleteFile file = write(positions);
    assertDeletes(file, positions);
    List<BlockMetaData> groups = rowGroups(file);
    assertThat(groups).hasSize(2);
    assertThat(file.splitOffsets()).hasSize(2);
    ColumnChunkMetaData last = groups.get(1).getColumns().get(1);
    assertThat(last.getStatistics().genericGetMin()).isEqualTo(3L * (count - 1));
    assertThat(last.getValueCount()).isEqualTo(1);
  }

  @Test
  void theBoundsAreThoseThatIcebergWritesSoThatItFindsTheDataFile() {
    PositionBitmap positions = PositionBitmap.of(3, 4, 90_000);
    DeleteFile file = write(positions);
    assertSameMetrics(file, writtenByIceberg(positions));
    assertThat(ContentFileUtil.referencedDataFileLocation(file)).isEqualTo(DATA_FILE);
    assertThat(file.content()).isEqualTo(FileContent.POSITION_DELETES);
    assertThat(file.format()).isEqualTo(FileFormat.PARQUET);
    assertThat(file.fileSizeInBytes()).isEqualTo(io.newInputFile(file.location()).getLength());
  }

  @Test
  void readersNeedNotKnowMoreThanDictionariesAndPlainValues() throws IOException {
    PositionBitmap positions = new PositionBitmap();
    for (int i = 0; i < 50_000; i++) {
      positions.add(5L * i);
    }
    BlockMetaData group = rowGroups(write(positions)).get(0);
    assertThat(group.getColumns().get(0).getEncodings())
        .containsExactlyInAnyOrder(Encoding.BIT_PACKED, Encoding.PLAIN_DICTIONARY);
    assertThat(group.getColumns().get(0).getTotalSize()).isLessThan(1_000);
    assertThat(group.getColumns().get(1).getEncodings())
        .containsExactlyInAnyOrder(Encoding.BIT_PACKED, Encoding.PLAIN);
  }

  @Test
  void aFileWithoutPositionsDeletesNothing() {
    DeleteFile file = write(new PositionBitmap());
    assertThat(rows(file)).isEmpty();
    assertThat(file.recordCount()).isZero();
    assertDeletes(file, new PositionBitmap());
  }

  @Test
  void theFileHasTheSpecAndPartitionOfItsDataFile() {
    Schema schema = new Schema(Types.NestedField.required(1, "name", Types.StringType.get()));
    PartitionSpec spec = PartitionSpec.builderFor(schema).withSpecId(3).identity("name").build();
    PartitionData partition = new PartitionData(spec.partitionType());
    partition.set(0, "n1");
    DeleteFile file =
        PositionDeleteFile.write(
            io, location(), DATA_FILE, spec, dataFile(spec, partition), PositionBitmap.of(1));
    assertThat(file.specId()).isEqualTo(3);
    assertThat(file.partition().get(0, String.class)).isEqualTo("n1");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 2, 200})
  void aFileThatCannotBeWrittenIsClosed(long goodBytes) {
    FaultyFileIO faulty = new FaultyFileIO(0, goodBytes);
    PositionBitmap positions = PositionBitmap.of(1, 2, 3);
    assertThatThrownBy(() ->
            PositionDeleteFile.write(
                faulty, location(), DATA_FILE, FLAT, dataFile(FLAT, null), positions))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("no space left");
    assertThat(faulty.openStreams()).isZero();
  }

  private DeleteFile write(PositionBitmap positions) {
    return PositionDeleteFile.write(
        io, location(), DATA_FILE, FLAT, dataFile(FLAT, null), positions);
  }

  private DeleteFile writtenByIceberg(PositionBitmap positions) {
    try {
      PositionDeleteWriter<StructLike> writer =
          Parquet.writeDeletes(io.newOutputFile(location()))
              .withSpec(FLAT)
              .metricsConfig(MetricsConfig.forPositionDelete())
              .createWriterFunc(GenericParquetWriter::create)
              .buildPositionWriter();
      try (writer) {
        PositionDelete<StructLike> delete = PositionDelete.create();
        positions.forEach(position -> writer.write(delete.set(DATA_FILE, position)));
      }
      return writer.toDeleteFile();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void assertSameMetrics(DeleteFile file, DeleteFile expected) {
    assertThat(file.lowerBounds()).isEqualTo(expected.lowerBounds()).hasSize(2);
    assertThat(file.upperBounds()).isEqualTo(expected.upperBounds()).hasSize(2);
    assertThat(file.recordCount()).isEqualTo(expected.recordCount());
    assertThat(file.valueCounts()).isEqualTo(expected.valueCounts());
    assertThat(file.nullValueCounts()).isEqualTo(expected.nullValueCounts());
    assertThat(file.columnSizes().keySet()).isEqualTo(expected.columnSizes().keySet());
  }

  /** By the code with which Iceberg's readers apply deletes. */
  private void assertDeletes(DeleteFile file, PositionBitmap positions) {
    PositionDeleteIndex index =
        new BaseDeleteLoader(io::newInputFile).loadPositionDeletes(List.of(file), DATA_FILE);
    assertThat(index.cardinality()).isEqualTo(positions.cardinality());
    positions.forEach(position -> {
      if (!index.isDeleted(position)) {
        throw new AssertionError("Position " + position + " is missing");
      }
    });
    PositionDeleteIndex other =
        new BaseDeleteLoader(io::newInputFile)
            .loadPositionDeletes(List.of(file), DATA_FILE + ".other");
    assertThat(other.isEmpty()).isTrue();
  }

  private List<Long> rows(DeleteFile file) {
    Schema schema = DeleteSchemaUtil.pathPosSchema();
    List<Long> read = new ArrayList<>();
    try (CloseableIterable<Record> rows =
        Parquet.read(io.newInputFile(file.location()))
            .project(schema)
            .createReaderFunc(type -> GenericParquetReaders.buildReader(schema, type))
            .build()) {
      for (Record row : rows) {
        assertThat(row.get(0)).isEqualTo(DATA_FILE);
        read.add((Long) row.get(1));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return read;
  }

  private List<BlockMetaData> rowGroups(DeleteFile file) throws IOException {
    try (ParquetFileReader reader =
        ParquetFileReader.open(new LakeInput(io.newInputFile(file.location())))) {
      return reader.getFooter().getBlocks();
    }
  }

  private static List<Long> boxed(PositionBitmap positions) {
    List<Long> boxed = new ArrayList<>();
    positions.forEach(boxed::add);
    return boxed;
  }

  private static DataFile dataFile(PartitionSpec spec, @Nullable StructLike partition) {
    DataFiles.Builder builder =
        DataFiles.builder(spec)
            .withPath(DATA_FILE)
            .withFormat(FileFormat.PARQUET)
            .withFileSizeInBytes(100)
            .withRecordCount(100);
    return (partition == null ? builder : builder.withPartition(partition)).build();
  }

  private static String location() {
    return "memory:/deletes" + NEXT.getAndIncrement() + ".parquet";
  }
}
