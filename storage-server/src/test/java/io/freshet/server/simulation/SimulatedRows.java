/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

import io.freshet.server.index.KeyHashes;
import io.freshet.server.table.ServerTable;
import io.freshet.table.TableDefinition;
import io.freshet.table.TableName;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.jspecify.annotations.Nullable;

/** What writers send to a table, and what is read of it: each row is known by a number. */
interface SimulatedRows {
  TableName TABLE = TableName.parse("sim.events");

  /** The rows of one batch that go to one bucket. */
  record Part(int bucket, long[] rows) {}

  TableDefinition definition(Map<String, String> properties);

  /** Whether the table has a primary key. */
  boolean hasKeys();

  /** What a writer sends next; sequences grow. */
  List<Part> newBatch(int writer, long sequence);

  /** A batch for one bucket. */
  Part newPart(int writer, long sequence);

  /** The rows as the log takes them, with buffers of their own or with slices of larger ones. */
  ArrowRecordBatch batch(long[] rows, BufferAllocator allocator);

  /** The keys that go with a batch; null for a log table. */
  @Nullable KeyHashes keys(ArrowRecordBatch batch, ServerTable table, BufferAllocator allocator);

  /** The rows of a batch that was read; fails if a row is not as it was sent. */
  long[] read(VectorSchemaRoot root);

  int bucketOf(long row);

  /** The value of the row's column {@code id}. */
  long idOf(long row);

  /** Which rows a lake puts into which data file, in which order: indexes of {@code rows}. */
  List<int[]> layout(long[] rows);
}
