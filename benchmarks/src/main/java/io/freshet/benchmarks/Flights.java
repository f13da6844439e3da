/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks;

import io.freshet.cli.input.InputOptions;
import io.freshet.cli.input.InputOptions.ExtraColumns;
import io.freshet.cli.input.RowBatches;
import io.freshet.cli.input.RowFile;
import io.freshet.server.FreshetServer;
import io.freshet.table.ColumnText;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Real rows: flights of 2001, each with its number as id. When more are wanted than the file has,
 * they start again with higher ids.
 */
final class Flights {
  /** Of the batches that are made here. */
  static final int BATCH_ROWS = 65_536;

  static final Schema SCHEMA =
      ColumnText.parse(
          "id long not null, date timestamp, delay int, distance int, origin string,"
              + " destination string");

  /** A flight with more numbers: 64 bytes in Arrow. */
  static final Schema SCHEMA_64_BYTES =
      ColumnText.parse(
          "id long not null, date timestamp, delay int, distance int, origin string,"
              + " destination string, arrival timestamp, latitude double, longitude double");

  private static final Schema FILE_SCHEMA =
      ColumnText.parse(
          "date timestamp, delay int, distance int, origin string, destination string");

  private static final String RESOURCE = "/io/freshet/quickstart/flights-history.parquet";
  private static final int WIDE_STRINGS = 8;
  private static final int WIDE_STRING_CHARS = 110;
  private static final int MICROS_PER_MINUTE = 60_000_000;

  private Flights() {}

  /** The wide table: 20 columns, about 1 KB a row. */
  static Schema wideSchema() {
    StringBuilder columns = new StringBuilder(ColumnText.format(SCHEMA));
    for (int i = 0; i < WIDE_STRINGS; i++) {
      columns.append(", note").append(i).append(" string");
    }
    for (int i = 0; i < 20 - 6 - WIDE_STRINGS; i++) {
      columns.append(", number").append(i).append(" long");
    }
    return ColumnText.parse(columns.toString());
  }

  /**
   * Reads flights; the caller closes them.
   *
   * @param file null for the flights that come with the server
   * @param folder for a copy of these
   */
  static TableRows load(@Nullable Path file, Path folder, int rows, BufferAllocator allocator)
      throws IOException {
    Path source = file == null ? copyOfResource(folder) : file;
    InputOptions options = InputOptions.defaults().withExtraColumns(ExtraColumns.IGNORE);
    TableRows flights = new TableRows(SCHEMA);
    long nextId = 0;
    while (nextId < rows) {
      long before = nextId;
      try (RowBatches read =
          RowFile.of(source.toString(), options).read(FILE_SCHEMA, allocator, BATCH_ROWS)) {
        while (nextId < rows && read.next()) {
          flights.add(withIds(flights, read.batch(), nextId, allocator));
          nextId += read.batch().getRowCount();
        }
      }
      if (before == nextId) {
        throw new IOException(source + " has no rows");
      }
    }
    try (flights) {
      return flights.inBatches(BATCH_ROWS, rows, allocator);
    }
  }

  /** The same flights, with columns that make a row 64 bytes. */
  static TableRows with64Bytes(TableRows flights, BufferAllocator allocator) {
    TableRows result = new TableRows(SCHEMA_64_BYTES);
    for (VectorSchemaRoot batch : flights.batches()) {
      VectorSchemaRoot wider = widened(result, batch, allocator);
      TimeStampMicroVector date = (TimeStampMicroVector) batch.getVector("date");
      IntVector delay = (IntVector) batch.getVector("delay");
      TimeStampMicroVector arrival = (TimeStampMicroVector) wider.getVector("arrival");
      Float8Vector latitude = (Float8Vector) wider.getVector("latitude");
      Float8Vector longitude = (Float8Vector) wider.getVector("longitude");
      for (int row = 0; row < batch.getRowCount(); row++) {
        long minutes = delay.isNull(row) ? 0 : delay.get(row);
        arrival.setSafe(row, date.isNull(row) ? 0 : date.get(row) + minutes * MICROS_PER_MINUTE);
        latitude.setSafe(row, 25 + row % 20_000 / 1_000.0);
        longitude.setSafe(row, -70 - row % 50_000 / 1_000.0);
      }
      wider.setRowCount(batch.getRowCount());
      result.add(wider);
    }
    return result;
  }

  /** Flights with notes and numbers: 20 columns, about 1 KB a row. */
  static TableRows wide(TableRows flights, BufferAllocator allocator) {
    TableRows result = new TableRows(wideSchema());
    Random random = new Random(7);
    byte[] text = new byte[1 << 16];
    for (int i = 0; i < text.length; i++) {
      text[i] = (byte) ('a' + random.nextInt(26));
    }
    for (VectorSchemaRoot batch : flights.batches()) {
      VectorSchemaRoot wider = widened(result, batch, allocator);
      for (FieldVector vector : wider.getFieldVectors().subList(6, 20)) {
        for (int row = 0; row < batch.getRowCount(); row++) {
          if (vector instanceof VarCharVector notes) {
            int from = random.nextInt(text.length - WIDE_STRING_CHARS);
            notes.setSafe(row, text, from, WIDE_STRING_CHARS);
          } else {
            ((BigIntVector) vector).setSafe(row, random.nextLong());
          }
        }
      }
      wider.setRowCount(batch.getRowCount());
      result.add(wider);
    }
    return result;
  }

  /** A batch with the given columns first; the caller fills the others. */
  private static VectorSchemaRoot widened(
      TableRows rows, VectorSchemaRoot batch, BufferAllocator allocator) {
    VectorSchemaRoot wider = rows.newBatch(allocator);
    for (int column = 0; column < batch.getFieldVectors().size(); column++) {
      FieldVector source = batch.getVector(column);
      source.makeTransferPair(wider.getVector(column)).splitAndTransfer(0, batch.getRowCount());
    }
    return wider;
  }

  private static VectorSchemaRoot withIds(
      TableRows flights, VectorSchemaRoot batch, long firstId, BufferAllocator allocator) {
    int rows = batch.getRowCount();
    VectorSchemaRoot result = flights.newBatch(allocator);
    BigIntVector ids = (BigIntVector) result.getVector(0);
    ids.allocateNew(rows);
    for (int row = 0; row < rows; row++) {
      ids.set(row, firstId + row);
    }
    for (int column = 0; column < batch.getFieldVectors().size(); column++) {
      batch
          .getVector(column)
          .makeTransferPair(result.getVector(column + 1))
          .splitAndTransfer(0, rows);
    }
    // The buffers are shared now: the reader gets new ones for its next batch.
    batch.getFieldVectors().forEach(FieldVector::clear);
    result.setRowCount(rows);
    return result;
  }

  private static Path copyOfResource(Path folder) throws IOException {
    Path copy = folder.resolve("flights.parquet");
    if (!Files.exists(copy)) {
      try (InputStream in = FreshetServer.class.getResourceAsStream(RESOURCE)) {
        if (in == null) {
          throw new FileNotFoundException(RESOURCE);
        }
        Files.copy(in, copy);
      }
    }
    return copy;
  }
}
