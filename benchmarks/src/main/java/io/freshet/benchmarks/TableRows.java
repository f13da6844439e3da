/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks;

import io.freshet.arrow.ArrowBatches;
import io.freshet.arrow.ArrowSchemas;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;

/** Rows of one table, in memory, as batches that can be sent again and again. */
final class TableRows implements AutoCloseable {
  private final Schema schema;
  private final List<VectorSchemaRoot> batches = new ArrayList<>();

  TableRows(Schema schema) {
    this.schema = schema;
  }

  Schema schema() {
    return schema;
  }

  List<VectorSchemaRoot> batches() {
    return List.copyOf(batches);
  }

  /** An empty batch of this table, which the caller fills, and gives to {@link #add}. */
  VectorSchemaRoot newBatch(BufferAllocator allocator) {
    return VectorSchemaRoot.create(ArrowSchemas.toArrow(schema), allocator);
  }

  /** Takes ownership of a batch. */
  void add(VectorSchemaRoot batch) {
    batches.add(batch);
  }

  long rows() {
    return batches.stream().mapToLong(VectorSchemaRoot::getRowCount).sum();
  }

  /** Of the Arrow buffers, as they are sent. */
  long bytes() {
    return batches.stream()
        .flatMap(batch -> batch.getFieldVectors().stream())
        .mapToLong(FieldVector::getBufferSize)
        .sum();
  }

  /** The first rows, in batches of another size; they share the memory of these. */
  TableRows inBatches(int batchRows, long maxRows, BufferAllocator allocator) {
    TableRows result = new TableRows(schema);
    long left = maxRows;
    for (VectorSchemaRoot batch : batches) {
      for (int from = 0; from < batch.getRowCount() && left > 0; from += batchRows) {
        int rows = (int) Math.min(left, Math.min(batchRows, batch.getRowCount() - from));
        result.add(ArrowBatches.slice(batch, from, rows, allocator));
        left -= rows;
      }
    }
    return result;
  }

  @Override
  public void close() {
    batches.forEach(VectorSchemaRoot::close);
    batches.clear();
  }
}
