/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.readers;

import io.freshet.arrow.ArrowRowAppender;
import io.freshet.client.FreshetClient;
import io.freshet.client.TableWriter;
import io.freshet.protocol.CreateTable;
import io.freshet.table.ChangeType;
import io.freshet.table.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.types.Types;

/** A table with a primary key, and a map that has the rows it should have. */
final class Accounts {
  private static final int KEYS = 400;
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              Types.NestedField.required(1, "id", Types.LongType.get()),
              Types.NestedField.required(2, "name", Types.StringType.get()),
              Types.NestedField.optional(3, "amount", Types.LongType.get())),
          Set.of(1));

  private final TableName table;
  private final FreshetClient client;
  private final RootAllocator allocator;
  private final Map<Long, String> rows = new TreeMap<>();
  private final Random random = new Random(11);

  Accounts(
      TableName table, List<String> partitioning, FreshetClient client, RootAllocator allocator) {
    this.table = table;
    this.client = client;
    this.allocator = allocator;
    Map<String, String> properties = Map.of("freshet.freshness", "1h");
    client.createTable(new CreateTable(table, SCHEMA, partitioning, null, 2, null, properties));
  }

  TableName table() {
    return table;
  }

  /** The rows, as {@code id,name,amount} in order of the ids as text. */
  List<String> rows() {
    return rows.values().stream().sorted().toList();
  }

  /** Rows in the lake, of which it has deleted some, and fresh changes of more of them. */
  void fill() {
    change(600);
    client.tier(table);
    change(200);
    client.tier(table);
    change(200);
  }

  void tier() {
    client.tier(table);
  }

  void change(int changes) {
    Schema written = ChangeType.written(SCHEMA);
    try (TableWriter writer = client.newWriter(table);
        VectorSchemaRoot batch = VectorSchemaRoot.create(writer.schema(), allocator)) {
      ArrowRowAppender appender = new ArrowRowAppender(written, batch);
      for (int i = 0; i < changes; i++) {
        long id = random.nextInt(KEYS);
        String name = "n" + random.nextInt(4);
        GenericRecord row = GenericRecord.create(written);
        row.setField("id", id);
        if (random.nextInt(5) == 0) {
          row.setField(ChangeType.COLUMN, ChangeType.DELETE.text());
          rows.remove(id);
        } else {
          long amount = random.nextLong();
          row.setField("name", name);
          row.setField("amount", amount);
          rows.put(id, text(id, name, amount));
        }
        appender.append(row);
      }
      appender.finish();
      writer.append(batch).join();
    }
  }

  /** The rows whose name is that. */
  List<String> rowsNamed(String name) {
    List<String> named = new ArrayList<>(rows());
    named.removeIf(row -> !row.contains("," + name + ","));
    return named;
  }

  static String text(Object id, Object name, Object amount) {
    return id + "," + name + "," + amount;
  }
}
