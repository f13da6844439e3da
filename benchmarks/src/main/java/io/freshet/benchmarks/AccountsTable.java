/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks;

import io.freshet.client.FreshetClient;
import io.freshet.client.TableWriter;
import io.freshet.protocol.CreateTable;
import io.freshet.table.TableName;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/** A primary-key table of {@link Accounts} with 4 buckets, which is not tiered on its own. */
record AccountsTable(FreshetClient client, BufferAllocator allocator) {
  static final TableName NAME = TableName.parse("bench.accounts");
  static final int BATCH_ROWS = 8192;

  private static final int BUCKETS = 4;

  /**
   * Makes the table, with rows of the ids from 0 in the lake.
   *
   * @param more properties of the table
   */
  void load(long rows, Map<String, String> more) {
    Map<String, String> properties = new HashMap<>(more);
    properties.put("freshet.freshness", "7d");
    properties.put("freshet.tiering.size", "1TB");
    client.createTable(
        new CreateTable(NAME, Accounts.SCHEMA, null, null, BUCKETS, null, properties));
    AtomicLong next = new AtomicLong();
    upsert(rows, next::getAndIncrement);
    client.tier(NAME);
  }

  /** Upserts rows, and waits until they are acknowledged. */
  void upsert(long rows, LongSupplier ids) {
    Accounts accounts = new Accounts(rows);
    try (TableWriter writer = client.newWriter(NAME)) {
      long left = rows;
      while (left > 0) {
        int count = (int) Math.min(BATCH_ROWS, left);
        try (VectorSchemaRoot batch = accounts.upserts(count, ids, allocator)) {
          var unused = writer.append(batch);
        }
        left -= count;
      }
      writer.flush();
    }
  }
}
