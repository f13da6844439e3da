/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import io.freshet.arrow.ArrowRowAppender;
import io.freshet.arrow.ArrowSchemas;
import io.freshet.overlay.PositionBitmap;
import io.freshet.table.TableDefinition;
import io.freshet.table.TableName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.data.GenericFileWriterFactory;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.deletes.BaseDVFileWriter;
import org.apache.iceberg.deletes.DVFileWriter;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * A table of (id, kind, text) in an embedded lake, used through {@link LakeTable} by Freshet and
 * through Iceberg alone by everybody else.
 */
final class LakeTableFixture implements AutoCloseable {
  static final Schema PRIMARY_KEY_SCHEMA =
      new Schema(
          List.of(
              Types.NestedField.required(1, "id", Types.LongType.get()),
              Types.NestedField.required(2, "kind", Types.IntegerType.get()),
              Types.NestedField.optional(3, "text", Types.StringType.get())),
          Set.of(1));
  static final Schema LOG_SCHEMA = new Schema(PRIMARY_KEY_SCHEMA.columns());
  static final long EPOCH = 7;

  private static final TableName NAME = TableName.parse("test.rows");

  private final BufferAllocator allocator = new RootAllocator();
  private final UUID id = UUID.randomUUID();
  private final Path data;
  private final LakeCatalog catalog;
  private final LakeTable table;
  private int foreignFiles;

  /** A table with a primary key, partitioned by kind. */
  LakeTableFixture(Path data) {
    this(
        data,
        PRIMARY_KEY_SCHEMA,
        PartitionSpec.builderFor(PRIMARY_KEY_SCHEMA).identity("kind").build(),
        Map.of());
  }

  LakeTableFixture(Path data, Schema schema, PartitionSpec spec, Map<String, String> properties) {
    this(data, schema, spec, SortOrder.unsorted(), properties);
  }

  LakeTableFixture(
      Path data,
      Schema schema,
      PartitionSpec spec,
      SortOrder order,
      Map<String, String> properties) {
    this.data = data;
    catalog = LakeCatalog.open(data, Map.of());
    table =
        new IcebergLake(catalog.catalog(), catalog.namespaces())
            .create(new TableDefinition(NAME, schema, spec, order, 1, List.of(), properties), id);
  }

  LakeTable table() {
    return table;
  }

  UUID id() {
    return id;
  }

  BufferAllocator allocator() {
    return allocator;
  }

  /** The table as Iceberg loads it now. */
  Table iceberg() {
    return catalog.catalog().loadTable(NAME.identifier());
  }

  TableOperations operations() {
    return ((BaseTable) iceberg()).operations();
  }

  /** Our table over operations that something happens to. */
  LakeTable over(TableOperations operations) {
    return new IcebergLakeTable(
        new BaseTable(operations, NAME.toString()),
        NAME,
        id,
        1,
        DeletionVectorCache.ofDefaultSize());
  }

  /** Writes rows, each array as one batch. */
  LakeFiles write(long[]... batches) {
    Schema schema = table.definition().schema();
    List<VectorSchemaRoot> roots = new ArrayList<>();
    try {
      for (long[] batch : batches) {
        VectorSchemaRoot root = VectorSchemaRoot.create(ArrowSchemas.toArrow(schema), allocator);
        roots.add(root);
        ArrowRowAppender appender = new ArrowRowAppender(schema, root);
        for (long row : batch) {
          appender.append(row(schema, row));
        }
        appender.finish();
      }
      return table.write(table.definition(), roots);
    } finally {
      roots.forEach(VectorSchemaRoot::close);
    }
  }

  static long[] ids(long... ids) {
    return ids;
  }

  /** A row of kind id % 2. */
  static Record row(Schema schema, long id) {
    return GenericRecord.create(schema)
        .copy(Map.of("id", id, "kind", (int) (id % 2), "text", "row " + id));
  }

  /** The commit that adds rows and deletes superseded ones, at the table's present state. */
  TieringCommit commitOf(LakeFiles files, Map<String, PositionBitmap> superseded) {
    LakeState now = table.load();
    return new TieringCommit(
        files,
        superseded,
        now.snapshotId(),
        now.tiered(),
        new TieredOffsets(List.of(now.tiered().of(0) + Math.max(1, files.rows()))),
        EPOCH,
        UUID.randomUUID());
  }

  /** Tiers rows that supersede those with the given ids. */
  LakeState tier(long[] added, long... superseded) {
    LakeFiles files = write(added);
    CommitOutcome outcome = table.commit(commitOf(files, positions(superseded)));
    if (outcome instanceof CommitOutcome.Committed committed) {
      return committed.state();
    }
    throw new AssertionError(outcome);
  }

  /** A row's place. */
  record Place(String location, long position) {}

  /** Where live rows with some ids are, found by reading the lake. */
  Map<String, PositionBitmap> positions(long... ids) {
    Map<String, PositionBitmap> positions = new HashMap<>();
    Map<Long, Place> places = places();
    for (long each : ids) {
      Place place = places.get(each);
      if (place != null) {
        positions
            .computeIfAbsent(place.location(), location -> new PositionBitmap())
            .add(place.position());
      }
    }
    return positions;
  }

  /** Where each live row is, by its id, as Iceberg's own reader finds them. */
  Map<Long, Place> places() {
    Map<Long, Place> places = new TreeMap<>();
    Schema schema =
        new Schema(
            PRIMARY_KEY_SCHEMA.findField("id"),
            MetadataColumns.FILE_PATH,
            MetadataColumns.ROW_POSITION);
    try (CloseableIterable<Record> rows = IcebergGenerics.read(iceberg()).project(schema).build()) {
      for (Record row : rows) {
        places.put((Long) row.get(0), new Place((String) row.get(1), (Long) row.get(2)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return places;
  }

  /** The ids of all live rows in ascending order, as Iceberg's own reader has them. */
  List<Long> rows() {
    return rows(null);
  }

  List<Long> rows(@Nullable Long snapshotId) {
    IcebergGenerics.ScanBuilder scan = IcebergGenerics.read(iceberg()).select("id");
    if (snapshotId != null) {
      scan = scan.useSnapshot(snapshotId);
    }
    return ids(scan.build());
  }

  /** What Iceberg plans to read now. */
  List<FileScanTask> tasks() {
    try (CloseableIterable<FileScanTask> tasks = iceberg().newScan().planFiles()) {
      return StreamSupport.stream(tasks.spliterator(), false).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Commits a data file as another engine does. All rows must be of one kind. */
  DataFile foreignAppend(long... ids) {
    DataFile file = foreignFile(ids);
    iceberg().newAppend().appendFile(file).commit();
    return file;
  }

  DataFile foreignFile(long... ids) {
    Table iceberg = iceberg();
    PartitionKey partition = new PartitionKey(iceberg.spec(), iceberg.schema());
    partition.partition(
        new InternalRecordWrapper(iceberg.schema().asStruct()).wrap(row(iceberg.schema(), ids[0])));
    DataWriter<Record> writer =
        new GenericFileWriterFactory.Builder(iceberg)
            .dataFileFormat(FileFormat.PARQUET)
            .dataSchema(iceberg.schema())
            .build()
            .newDataWriter(
                outputs(iceberg, FileFormat.PARQUET).newOutputFile(iceberg.spec(), partition),
                iceberg.spec(),
                partition);
    try (writer) {
      for (long each : ids) {
        writer.write(row(iceberg.schema(), each));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return writer.toDataFile();
  }

  /** Commits deletion vectors as another engine does, for files that have none yet. */
  void foreignDelete(long... ids) {
    Table iceberg = iceberg();
    DVFileWriter writer = new BaseDVFileWriter(outputs(iceberg, FileFormat.PUFFIN), path -> null);
    Map<String, PositionBitmap> deleted = positions(ids);
    try (writer) {
      for (FileScanTask task : tasks()) {
        PositionBitmap positions = deleted.get(task.file().location());
        if (positions != null) {
          positions.forEach(position ->
              writer.delete(task.file().location(), position, task.spec(), task.partition()));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    RowDelta delta = iceberg.newRowDelta();
    for (DeleteFile file : writer.result().deleteFiles()) {
      delta.addDeletes(file);
    }
    delta.commit();
  }

  OutputFileFactory outputs(Table iceberg, FileFormat format) {
    return OutputFileFactory.builderFor(iceberg, ++foreignFiles, 1).format(format).build();
  }

  /** Names of the files below the data folder that end so. */
  List<String> filesEndingWith(String suffix) {
    try (Stream<Path> files = Files.walk(data)) {
      return files
          .filter(file -> file.toString().endsWith(suffix))
          .map(file -> "file://" + file)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Long> ids(CloseableIterable<Record> rows) {
    try (rows) {
      List<Long> ids = new ArrayList<>();
      rows.forEach(row -> ids.add((Long) row.getField("id")));
      ids.sort(null);
      return ids;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Fails if a batch or a buffer was leaked. */
  @Override
  public void close() {
    catalog.close();
    allocator.close();
  }
}
