/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import io.freshet.arrow.ArrowRowAppender;
import io.freshet.arrow.ArrowSchemas;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.formats.FormatModelRegistry;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.CloseableIterator;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.types.Types;

/** Reads a data file of any format and schema, record by record. */
final class GenericBatches implements DataFileBatches {
  private final DataFile file;
  private final LongPredicate isWanted;
  private final int batchRows;
  private final int positionColumn;
  private final VectorSchemaRoot batch;
  private final ArrowRowAppender appender;
  private final CloseableIterable<Record> source;
  private final CloseableIterator<Record> records;
  private long nextPosition;
  private long[] positions = {};

  GenericBatches(
      DataFileReader reader,
      DataFile file,
      InputFile input,
      Map<Integer, ?> constants,
      LongPredicate isWanted) {
    this.file = file;
    this.isWanted = isWanted;
    this.batchRows = reader.batchRows();
    List<Types.NestedField> columns = new ArrayList<>(reader.columns().columns());
    this.positionColumn = columns.size();
    columns.add(MetadataColumns.ROW_POSITION);
    this.batch =
        VectorSchemaRoot.create(ArrowSchemas.toArrow(reader.columns()), reader.allocator());
    this.appender = new ArrowRowAppender(reader.columns(), batch);
    this.source =
        FormatModelRegistry.<Record, Object>readBuilder(file.format(), Record.class, input)
            .reuseContainers()
            .project(new Schema(columns))
            .idToConstant(constants)
            .build();
    try {
      this.records = source.iterator();
    } catch (RuntimeException e) {
      batch.close();
      throw DataFileFailure.of(file, 0, e);
    }
  }

  @Override
  public boolean next() {
    appender.reset();
    long[] read = new long[batchRows];
    try {
      while (appender.rows() < batchRows && records.hasNext()) {
        Record record = records.next();
        long position = (Long) record.get(positionColumn);
        if (isWanted.test(position)) {
          read[appender.rows()] = position;
          appender.append(record);
        }
        nextPosition = position + 1;
      }
    } catch (RuntimeException e) {
      throw DataFileFailure.of(file, nextPosition, e);
    }
    appender.finish();
    positions = Arrays.copyOf(read, appender.rows());
    return appender.rows() > 0;
  }

  @Override
  public VectorSchemaRoot batch() {
    return batch;
  }

  @Override
  public VectorSchemaRoot takeBatch() {
    return DataFileReader.take(batch);
  }

  @Override
  public long[] positions() {
    return positions;
  }

  @Override
  public void close() {
    batch.close();
    try (records) {
      source.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
