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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.LocationProviders;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.inmemory.InMemoryFileIO;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.parquet.Parquet;
import org.jspecify.annotations.Nullable;

/** Writes records through {@link DataFileWriter} to memory and reads them back with Iceberg. */
final class WriterFixture implements AutoCloseable {
  /** All InMemoryFileIOs share their files. */
  private static final AtomicInteger NEXT_LOCATION = new AtomicInteger();

  private final String location = "memory:/table" + NEXT_LOCATION.getAndIncrement();

  private final BufferAllocator allocator = new RootAllocator();
  private final Schema schema;
  private PartitionSpec spec = PartitionSpec.unpartitioned();
  private SortOrder order = SortOrder.unsorted();
  private Map<String, String> properties = Map.of();
  private FileIO io = new InMemoryFileIO();
  private int icebergFiles;

  WriterFixture(Schema schema) {
    this.schema = schema;
  }

  WriterFixture partitionedBy(PartitionSpec newSpec) {
    spec = newSpec;
    return this;
  }

  WriterFixture sortedBy(SortOrder newOrder) {
    order = newOrder;
    return this;
  }

  WriterFixture with(Map<String, String> newProperties) {
    properties = newProperties;
    return this;
  }

  WriterFixture on(FileIO newIo) {
    io = newIo;
    return this;
  }

  FileIO io() {
    return io;
  }

  DataFileWriter writer() {
    TableDefinition table =
        new TableDefinition(
            TableName.parse("test.rows"), schema, spec, order, 1, List.of(), properties);
    return new DataFileWriter(table, io, LocationProviders.locationsFor(location, properties), "f");
  }

  /** Writes records in batches of the given sizes, which add up to their number. */
  List<WrittenFile> write(List<Record> records, int... batchRows) {
    return write(writer(), records, batchRows);
  }

  List<WrittenFile> write(DataFileWriter writer, List<Record> records, int... batchRows) {
    List<VectorSchemaRoot> batches = new ArrayList<>();
    try {
      int from = 0;
      for (int rows : batchRows) {
        batches.add(RecordBatches.of(schema, records.subList(from, from + rows), allocator));
        from += rows;
      }
      return writer.write(batches);
    } finally {
      batches.forEach(VectorSchemaRoot::close);
    }
  }

  List<Record> read(WrittenFile file) {
    List<Record> records = new ArrayList<>();
    try (CloseableIterable<Record> rows =
        Parquet.read(io.newInputFile(file.file().location()))
            .project(schema)
            .createReaderFunc(type -> GenericParquetReaders.buildReader(schema, type))
            .build()) {
      rows.forEach(row -> records.add(row.copy()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return records;
  }

  /** A file with the same rows by Iceberg's own writer, and what it says of it. */
  DataFile writtenByIceberg(List<Record> records) {
    OutputFile output = io.newOutputFile(location + "/iceberg" + icebergFiles++ + ".parquet");
    try {
      DataWriter<Record> writer =
          Parquet.writeData(output)
              .schema(schema)
              .createWriterFunc(type -> GenericParquetWriter.create(schema, type))
              .setAll(properties)
              .set("write.parquet.compression-codec", "zstd")
              .metricsConfig(MetricsConfig.from(properties, schema, order))
              .withSpec(PartitionSpec.unpartitioned())
              .build();
      try (writer) {
        records.forEach(writer::write);
      }
      return writer.toDataFile();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A value that can be compared: records as lists, bytes as text. */
  static @Nullable Object plain(@Nullable Object value) {
    if (value instanceof Record record) {
      List<@Nullable Object> fields = new ArrayList<>();
      for (int i = 0; i < record.size(); i++) {
        fields.add(plain(record.get(i)));
      }
      return fields;
    } else if (value instanceof List<?> list) {
      List<@Nullable Object> elements = new ArrayList<>();
      list.forEach(element -> elements.add(plain(element)));
      return elements;
    } else if (value instanceof Map<?, ?> map) {
      List<@Nullable Object> entries = new ArrayList<>();
      map.forEach((key, each) -> entries.add(List.of(plain(key) + "=" + plain(each))));
      return entries;
    } else if (value instanceof ByteBuffer buffer) {
      byte[] bytes = new byte[buffer.remaining()];
      buffer.duplicate().get(bytes);
      return HexFormat.of().formatHex(bytes);
    }
    return value instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : value;
  }

  static List<@Nullable Object> plain(List<Record> records) {
    List<@Nullable Object> all = new ArrayList<>();
    records.forEach(record -> all.add(plain((Object) record)));
    return all;
  }

  /** Fails if a batch or a buffer was leaked. */
  @Override
  public void close() {
    allocator.close();
  }
}
