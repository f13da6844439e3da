/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server;

import static java.util.Objects.requireNonNull;

import io.freshet.table.ChangeType;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;

/** Rows of a table whose columns are changed, as they are with the columns of before and after. */
final class OrderRows {
  static final Schema BEFORE =
      new Schema(
          Types.NestedField.required(1, "id", Types.IntegerType.get()),
          Types.NestedField.optional(2, "amount", Types.IntegerType.get()),
          Types.NestedField.optional(3, "name", Types.StringType.get()),
          Types.NestedField.optional(
              4,
              "place",
              Types.StructType.of(
                  Types.NestedField.optional(5, "x", Types.IntegerType.get()),
                  Types.NestedField.optional(6, "y", Types.FloatType.get()))),
          Types.NestedField.optional(
              7, "tags", Types.ListType.ofOptional(8, Types.StringType.get())));

  private OrderRows() {}

  static Schema keyed(Schema schema) {
    return new Schema(schema.columns(), Set.of(1));
  }

  /** A row whose values say which row it is; some are null. */
  static Record row(Types.StructType type, int id) {
    Record row = GenericRecord.create(type);
    for (int i = 0; i < type.fields().size(); i++) {
      Types.NestedField field = type.fields().get(i);
      boolean isNull =
          field.name().equals(ChangeType.COLUMN) || (field.isOptional() && (id + i) % 5 == 0);
      row.set(i, isNull ? null : value(field, id));
    }
    return row;
  }

  static Object value(Types.NestedField field, int id) {
    return switch (field.type().typeId()) {
      case INTEGER -> id;
      case LONG -> field.name().endsWith("id") ? (long) id : id + (1L << 40);
      case FLOAT -> id / 4f;
      case DOUBLE -> id / 3d;
      case STRING -> field.name() + " " + id;
      case LIST -> List.of("tag " + id);
      case STRUCT -> row(field.type().asStructType(), id);
      default -> throw new IllegalArgumentException(field.toString());
    };
  }

  /** What becomes of a row of before. */
  static void alter(Map<String, Object> row) {
    row.put("id", ((Integer) requireNonNull(row.get("id"))).longValue());
    row.computeIfPresent("amount", (unused, amount) -> ((Integer) amount).longValue());
    row.put("title", row.remove("name"));
    row.remove("tags");
    row.put("channel", "web");
    row.put("note", null);
    if (row.containsKey("place.x")) {
      row.put("place.z", null);
      row.computeIfPresent("place.y", (unused, y) -> ((Float) y).doubleValue());
    }
  }

  static List<Map<String, Object>> flat(List<Record> rows) {
    return rows.stream().map(OrderRows::flat).toList();
  }

  static Map<String, Object> flat(Record row) {
    Map<String, Object> values = new TreeMap<>();
    for (int i = 0; i < row.size(); i++) {
      String name = row.struct().fields().get(i).name();
      if (name.equals(ChangeType.COLUMN) || name.equals(MetadataColumns.ROW_POSITION.name())) {
        continue; // Not of the table.
      }
      if (row.get(i) instanceof Record inner) {
        flat(inner).forEach((path, value) -> values.put(name + "." + path, value));
      } else {
        values.put(name, row.get(i));
      }
    }
    return values;
  }
}
