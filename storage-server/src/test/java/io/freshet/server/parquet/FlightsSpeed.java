/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import io.freshet.table.TableDefinition;
import io.freshet.table.TableName;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.LocationProviders;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.hadoop.HadoopFileIO;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;
import org.apache.iceberg.mapping.MappingUtil;
import org.apache.iceberg.mapping.NameMapping;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types;

/**
 * Rows per second of this writer and of Iceberg's generic one, on the same rows. Not a test: run it
 * with the path of the flights file and, optionally, the number of rows.
 */
final class FlightsSpeed {
  static final Schema SCHEMA =
      new Schema(
          Types.NestedField.optional(1, "date", Types.TimestampType.withoutZone()),
          Types.NestedField.optional(2, "delay", Types.IntegerType.get()),
          Types.NestedField.optional(3, "distance", Types.IntegerType.get()),
          Types.NestedField.optional(4, "origin", Types.StringType.get()),
          Types.NestedField.optional(5, "destination", Types.StringType.get()));

  /** The flights file has long integers. */
  private static final Schema FILE_SCHEMA =
      new Schema(
          SCHEMA.findField(1),
          Types.NestedField.optional(2, "delay", Types.LongType.get()),
          Types.NestedField.optional(3, "distance", Types.LongType.get()),
          SCHEMA.findField(4),
          SCHEMA.findField(5));

  private static final int BATCH_ROWS = 65_536;

  private FlightsSpeed() {}

  public static void main(String[] args) throws Exception {
    List<Record> records = read(args[0], args.length > 1 ? Integer.parseInt(args[1]) : 1_000_000);
    Path folder = Files.createTempDirectory("flights-speed");
    try (RootAllocator allocator = new RootAllocator()) {
      List<VectorSchemaRoot> batches = new ArrayList<>();
      for (int from = 0; from < records.size(); from += BATCH_ROWS) {
        int to = Math.min(records.size(), from + BATCH_ROWS);
        batches.add(RecordBatches.of(SCHEMA, records.subList(from, to), allocator));
      }
      for (int round = 0; round < 12; round++) {
        Timer timer = new Timer();
        List<WrittenFile> files = columns(batches, folder, round, SortOrder.unsorted());
        report("columns", records.size(), timer, files.get(0).file().fileSizeInBytes());
      }
      for (int round = 0; round < 8; round++) {
        SortOrder order = SortOrder.builderFor(SCHEMA).asc("origin").desc("delay").build();
        Timer timer = new Timer();
        List<WrittenFile> files = columns(batches, folder, 100 + round, order);
        report("sorted columns", records.size(), timer, files.get(0).file().fileSizeInBytes());
      }
      for (int round = 0; args.length < 3 && round < 8; round++) {
        Timer timer = new Timer();
        long size = rows(records, folder.resolve("rows-" + round + ".parquet").toFile());
        report("rows", records.size(), timer, size);
      }
      batches.forEach(VectorSchemaRoot::close);
    }
  }

  private static List<Record> read(String file, int limit) throws Exception {
    NameMapping mapping = MappingUtil.create(FILE_SCHEMA);
    List<Record> records = new ArrayList<>();
    try (CloseableIterable<Record> rows =
        Parquet.read(org.apache.iceberg.Files.localInput(file))
            .project(FILE_SCHEMA)
            .withNameMapping(mapping)
            .createReaderFunc(type -> GenericParquetReaders.buildReader(FILE_SCHEMA, type))
            .build()) {
      for (Record row : rows) {
        records.add(narrowed(row));
        if (records.size() == limit) {
          break;
        }
      }
    }
    return records;
  }

  private static Record narrowed(Record row) {
    Record narrowed = GenericRecord.create(SCHEMA);
    narrowed.set(0, row.get(0));
    narrowed.set(1, row.get(1) == null ? null : Math.toIntExact((long) row.get(1)));
    narrowed.set(2, row.get(2) == null ? null : Math.toIntExact((long) row.get(2)));
    narrowed.set(3, row.get(3));
    narrowed.set(4, row.get(4));
    return narrowed;
  }

  private static List<WrittenFile> columns(
      List<VectorSchemaRoot> batches, Path folder, int round, SortOrder order) {
    TableDefinition table =
        new TableDefinition(
            TableName.parse("test.flights"),
            SCHEMA,
            PartitionSpec.unpartitioned(),
            order,
            1,
            List.of(),
            Map.of());
    LocationProvider locations = LocationProviders.locationsFor(folder.toString(), Map.of());
    try (FileIO io = new HadoopFileIO(new org.apache.hadoop.conf.Configuration(false))) {
      return new DataFileWriter(table, io, locations, "round" + round).write(batches);
    }
  }

  private static long rows(List<Record> records, File file) throws Exception {
    DataWriter<Record> writer =
        Parquet.writeData(org.apache.iceberg.Files.localOutput(file))
            .schema(SCHEMA)
            .createWriterFunc(type -> GenericParquetWriter.create(SCHEMA, type))
            .set("write.parquet.compression-codec", "zstd")
            .metricsConfig(MetricsConfig.getDefault())
            .withSpec(PartitionSpec.unpartitioned())
            .overwrite()
            .build();
    try (writer) {
      records.forEach(writer::write);
    }
    return writer.toDataFile().fileSizeInBytes();
  }

  private static void report(String name, int rows, Timer timer, long size) {
    System.out.printf(
        "%s: %,.0f rows/s, %,.0f rows per CPU second of the thread, %,d bytes%n",
        name, rows / timer.seconds(), rows / timer.cpuSeconds(), size);
  }

  /** Other work on the machine changes the time that passes, but hardly the thread's own. */
  private static final class Timer {
    private final long start = System.nanoTime();
    private final long cpuStart = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();

    double seconds() {
      return (System.nanoTime() - start) / 1e9;
    }

    double cpuSeconds() {
      return (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpuStart) / 1e9;
    }
  }
}
