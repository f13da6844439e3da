/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.freshet.arrow.ArrowSchemas;
import io.freshet.table.ChangeType;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;

/** Changes of a table of orders by id: made-up rows, of about 80 bytes. */
final class Accounts {
  static final Schema SCHEMA =
      new Schema(
          List.of(
              Types.NestedField.required(1, "id", Types.LongType.get()),
              Types.NestedField.optional(2, "customer", Types.LongType.get()),
              Types.NestedField.optional(3, "status", Types.StringType.get()),
              Types.NestedField.optional(4, "amount", Types.DecimalType.of(15, 2)),
              Types.NestedField.optional(5, "ts", Types.TimestampType.withoutZone()),
              Types.NestedField.optional(6, "note", Types.StringType.get())),
          Set.of(1));

  private static final byte[][] STATUSES = {
    "open".getBytes(US_ASCII), "paid".getBytes(US_ASCII), "shipped".getBytes(US_ASCII)
  };
  private static final byte[] DELETE = ChangeType.DELETE.text().getBytes(US_ASCII);
  private static final int NOTE_BYTES = 24;

  private final Random random;

  Accounts(long seed) {
    this.random = new Random(seed);
  }

  /** Upserts of these ids; the caller closes them. */
  VectorSchemaRoot upserts(int rows, LongSupplier ids, BufferAllocator allocator) {
    VectorSchemaRoot batch = newBatch(rows, ids, allocator);
    BigIntVector customer = (BigIntVector) batch.getVector("customer");
    VarCharVector status = (VarCharVector) batch.getVector("status");
    DecimalVector amount = (DecimalVector) batch.getVector("amount");
    TimeStampMicroVector ts = (TimeStampMicroVector) batch.getVector("ts");
    VarCharVector note = (VarCharVector) batch.getVector("note");
    byte[] text = new byte[NOTE_BYTES];
    for (int row = 0; row < rows; row++) {
      customer.setSafe(row, random.nextInt(1_000_000));
      status.setSafe(row, STATUSES[random.nextInt(STATUSES.length)]);
      amount.setSafe(row, random.nextInt(1_000_000));
      ts.setSafe(row, 1_700_000_000_000_000L + random.nextInt());
      for (int i = 0; i < text.length; i++) {
        text[i] = (byte) ('a' + random.nextInt(26));
      }
      note.setSafe(row, text);
    }
    batch.setRowCount(rows);
    return batch;
  }

  /** Deletes of these ids; the caller closes them. */
  VectorSchemaRoot deletes(int rows, LongSupplier ids, BufferAllocator allocator) {
    VectorSchemaRoot batch = newBatch(rows, ids, allocator);
    VarCharVector type = (VarCharVector) batch.getVector(ChangeType.COLUMN);
    for (int row = 0; row < rows; row++) {
      type.setSafe(row, DELETE);
    }
    batch.setRowCount(rows);
    return batch;
  }

  private static VectorSchemaRoot newBatch(int rows, LongSupplier ids, BufferAllocator allocator) {
    VectorSchemaRoot batch =
        VectorSchemaRoot.create(ArrowSchemas.toArrow(ChangeType.written(SCHEMA)), allocator);
    batch.getFieldVectors().forEach(FieldVector::allocateNew);
    BigIntVector id = (BigIntVector) batch.getVector("id");
    for (int row = 0; row < rows; row++) {
      id.setSafe(row, ids.getAsLong());
    }
    return batch;
  }
}
