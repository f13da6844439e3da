/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.iceberg.BaseMetastoreTableOperations;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LakeFileIOIT {
  private static final Schema SCHEMA =
      new Schema(
          Types.NestedField.required(1, "id", Types.LongType.get()),
          Types.NestedField.optional(2, "name", Types.StringType.get()));

  @TempDir Path folder;

  @Test
  void icebergLoadsItCommitsThroughItAndReadsBack() throws IOException {
    try (FileIO io = CatalogUtil.loadFileIO(LakeFileIO.class.getName(), Map.of("a", "b"), null)) {
      assertThat(io.properties()).containsEntry("a", "b");
      Table table = createTable(io);
      table.newAppend().appendFile(write(table, record(1, "one"))).commit();
      table.newAppend().appendFile(write(table, record(2, null))).commit();

      try (CloseableIterable<Record> rows = IcebergGenerics.read(table).build()) {
        assertThat(rows).containsExactlyInAnyOrder(record(1, "one"), record(2, null));
      }
      assertThat(files()).isNotEmpty().noneMatch(name -> name.endsWith(".crc"));

      CatalogUtil.dropTableData(io, ((BaseTable) table).operations().current());
      assertThat(files()).isEmpty();
    }
  }

  @Test
  void aSerialisedCopyReadsTheSameFiles() throws Exception {
    LakeFileIO io = new LakeFileIO();
    io.initialize(Map.of("a", "b"));
    String location = "file:" + folder + "/f";
    io.newOutputFile(location).create().close();

    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(io);
    }
    io.close();
    try (ObjectInputStream in =
            new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()));
        LakeFileIO copy = (LakeFileIO) in.readObject()) {
      assertThat(copy.properties()).containsEntry("a", "b");
      assertThat(copy.newInputFile(location).exists()).isTrue();
      copy.deleteFiles(List.of(location));
      assertThat(copy.newInputFile(location).exists()).isFalse();
    }
  }

  @Test
  void otherSchemesGoToIceberg() {
    try (LakeFileIO io = new LakeFileIO()) {
      assertThatThrownBy(() -> io.newInputFile("nowhere://host/f").exists())
          .hasMessageContaining("nowhere");
    }
  }

  private Table createTable(FileIO io) {
    OneTable operations = new OneTable(io);
    operations.commit(
        null,
        TableMetadata.newTableMetadata(
            SCHEMA,
            PartitionSpec.unpartitioned(),
            SortOrder.unsorted(),
            "file://" + folder + "/sales/orders",
            Map.of(TableProperties.FORMAT_VERSION, "3")));
    return new BaseTable(operations, "sales.orders");
  }

  private static DataFile write(Table table, Record... rows) throws IOException {
    OutputFile file =
        table.io().newOutputFile(table.locationProvider().newDataLocation(UUID.randomUUID() + ""));
    FileAppender<Record> appender =
        Parquet.write(file)
            .schema(table.schema())
            .createWriterFunc(GenericParquetWriter::create)
            .build();
    try (appender) {
      appender.addAll(List.of(rows));
    }
    return DataFiles.builder(table.spec())
        .withPath(file.location())
        .withFormat("parquet")
        .withFileSizeInBytes(appender.length())
        .withMetrics(appender.metrics())
        .build();
  }

  private static Record record(long id, @Nullable String name) {
    Record record = GenericRecord.create(SCHEMA);
    record.set(0, id);
    record.set(1, name);
    return record;
  }

  private List<String> files() throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths.filter(Files::isRegularFile).map(Path::toString).toList();
    }
  }

  /** A catalog of one table, whose current metadata it remembers. */
  private static final class OneTable extends BaseMetastoreTableOperations {
    private final FileIO io;
    private @Nullable String current;

    private OneTable(FileIO io) {
      this.io = io;
    }

    @Override
    protected String tableName() {
      return "sales.orders";
    }

    @Override
    public FileIO io() {
      return io;
    }

    @Override
    protected void doRefresh() {
      if (current == null) {
        disableRefresh();
      } else {
        refreshFromMetadataLocation(current);
      }
    }

    @Override
    protected void doCommit(@Nullable TableMetadata base, TableMetadata metadata) {
      current = writeNewMetadataIfRequired(base == null, metadata);
    }
  }
}
