/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.reader;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericFileWriterFactory;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.deletes.BaseDVFileWriter;
import org.apache.iceberg.deletes.DVFileWriter;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.OutputFileFactory;

/** A v3 Iceberg table in memory, written with Iceberg's own writers. */
final class LakeFiles implements Closeable {
  private final InMemoryCatalog catalog = new InMemoryCatalog();
  private final Table table;
  private int files;

  LakeFiles(Schema schema, PartitionSpec spec) {
    catalog.initialize("lake", Map.of());
    catalog.createNamespace(Namespace.of("test"));
    this.table =
        catalog.createTable(
            TableIdentifier.of("test", "rows"), schema, spec, Map.of("format-version", "3"));
  }

  Table table() {
    return table;
  }

  long snapshotId() {
    return table.currentSnapshot().snapshotId();
  }

  /** Commits one data file; all rows belong to the partition of the first. */
  DataFile append(List<Record> rows) {
    PartitionSpec spec = table.spec();
    PartitionKey partition = new PartitionKey(spec, table.schema());
    if (spec.isPartitioned()) {
      partition.partition(new InternalRecordWrapper(table.schema().asStruct()).wrap(rows.get(0)));
    }
    DataWriter<Record> writer =
        new GenericFileWriterFactory.Builder(table)
            .dataFileFormat(FileFormat.PARQUET)
            .dataSchema(table.schema())
            .build()
            .newDataWriter(
                OutputFileFactory.builderFor(table, ++files, 1)
                    .format(FileFormat.PARQUET)
                    .build()
                    .newOutputFile(spec, partition),
                spec,
                partition);
    try (writer) {
      rows.forEach(writer::write);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    DataFile file = writer.toDataFile();
    table.newAppend().appendFile(file).commit();
    return file;
  }

  /** Commits a deletion vector. */
  void delete(DataFile file, long... positions) {
    DVFileWriter writer =
        new BaseDVFileWriter(
            OutputFileFactory.builderFor(table, ++files, 1).format(FileFormat.PUFFIN).build(),
            path -> null);
    try (writer) {
      for (long position : positions) {
        writer.delete(file.location(), position, table.spec(), file.partition());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    RowDelta delta = table.newRowDelta();
    writer.result().deleteFiles().forEach(delta::addDeletes);
    delta.commit();
  }

  @Override
  public void close() throws IOException {
    catalog.close();
  }
}
