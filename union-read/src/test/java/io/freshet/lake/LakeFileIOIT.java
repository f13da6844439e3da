/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.lake;

import static io.freshet.lake.LakeRows.row;
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
import java.util.stream.Stream;
import org.apache.iceberg.BaseMetastoreTableOperations;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.io.FileIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LakeFileIOIT {
  @TempDir Path folder;

  @Test
  void icebergLoadsItCommitsThroughItAndReadsBack() throws IOException {
    try (FileIO io = CatalogUtil.loadFileIO(LakeFileIO.class.getName(), Map.of("a", "b"), null)) {
      assertThat(io.properties()).containsEntry("a", "b");
      Table table = createTable(io);
      LakeRows.append(table, row(1, "one"));
      LakeRows.append(table, row(2, null));

      assertThat(LakeRows.read(table)).containsExactlyInAnyOrder(row(1, "one"), row(2, null));
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
            LakeRows.SCHEMA,
            PartitionSpec.unpartitioned(),
            SortOrder.unsorted(),
            "file://" + folder + "/sales/orders",
            Map.of(TableProperties.FORMAT_VERSION, "3")));
    return new BaseTable(operations, "sales.orders");
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
