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
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/** The order of a partition's rows, which the data files do not always declare. */
final class RowOrder {
  private RowOrder() {}

  /**
   * The table's sort order. A table without one, but with a primary key, has its rows in the order
   * of the key, so that ranges of keys skip row groups and neighbours compress well; as far as the
   * key's first columns are numbers or points in time, since sorting others costs more than it
   * gives. Unsorted if there is no such order.
   */
  static SortOrder of(TableDefinition table) {
    if (table.sortOrder().isSorted() || !table.hasPrimaryKey()) {
      return table.sortOrder();
    }
    Schema schema = table.schema();
    SortOrder.Builder order = SortOrder.builderFor(schema);
    for (String column : table.primaryKey()) {
      Types.NestedField field = schema.findField(column);
      if (!isCheap(field.type().typeId())) {
        break;
      }
      order.asc(column);
    }
    return order.build();
  }

  private static boolean isCheap(Type.TypeID type) {
    return switch (type) {
      case INTEGER, LONG, DATE, TIME, TIMESTAMP, TIMESTAMP_NANO -> true;
      default -> false;
    };
  }
}
