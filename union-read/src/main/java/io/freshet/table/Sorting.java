/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.table;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;

import io.freshet.error.FreshetException;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.NullOrder;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortDirection;
import org.apache.iceberg.SortField;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.exceptions.ValidationException;

/**
 * How rows are sorted within a lake file, as text. An entry is {@code column [ASC|DESC] [NULLS
 * FIRST|NULLS LAST]}, where {@code column} may stand in a transform as in {@link Partitioning}.
 * Ascending is the default; nulls come first when ascending and last when descending, unless said.
 */
public final class Sorting {
  private static final String GRAMMAR =
      "Sort by: column [ASC|DESC] [NULLS FIRST|NULLS LAST], where column may also be year(column),"
          + " month(column), day(column), hour(column), bucket(n, column) or truncate(n, column).";

  private Sorting() {}

  /** The order that the entries describe, bound to {@code schema}; no entries are unsorted. */
  public static SortOrder parse(Schema schema, List<String> entries) {
    SortOrder.Builder builder = SortOrder.builderFor(schema);
    for (String entry : entries) {
      TextCursor cursor = new TextCursor("sort order", entry, GRAMMAR);
      do {
        TransformText term = TransformText.parse(schema, cursor);
        SortDirection direction = direction(cursor);
        builder.sortBy(term.toIceberg(), direction, nullOrder(cursor, direction));
      } while (cursor.accept(','));
      cursor.expectEnd("'asc', 'desc', 'nulls', ',' or the end");
    }
    try {
      return builder.build();
    } catch (IllegalArgumentException | ValidationException e) {
      throw new FreshetException(
          INVALID_REQUEST, "Can't sort by " + entries + ": " + e.getMessage(), e);
    }
  }

  /** Entries from which {@link #parse} makes the same order, but for its id. */
  public static List<String> format(SortOrder order) {
    List<String> entries = new ArrayList<>();
    for (SortField field : order.fields()) {
      StringBuilder entry =
          new StringBuilder(
              TransformText.of(order.schema(), field.sourceId(), field.transform()).format());
      if (field.direction() == SortDirection.DESC) {
        entry.append(" desc");
      }
      if (field.nullOrder() != usualNullOrder(field.direction())) {
        entry.append(field.nullOrder() == NullOrder.NULLS_FIRST ? " nulls first" : " nulls last");
      }
      entries.add(entry.toString());
    }
    return entries;
  }

  private static SortDirection direction(TextCursor cursor) {
    if (cursor.acceptWord("desc")) {
      return SortDirection.DESC;
    }
    cursor.acceptWord("asc");
    return SortDirection.ASC;
  }

  private static NullOrder nullOrder(TextCursor cursor, SortDirection direction) {
    if (!cursor.acceptWord("nulls")) {
      return usualNullOrder(direction);
    }
    if (cursor.acceptWord("first")) {
      return NullOrder.NULLS_FIRST;
    }
    if (cursor.acceptWord("last")) {
      return NullOrder.NULLS_LAST;
    }
    throw cursor.expected("'first' or 'last'");
  }

  private static NullOrder usualNullOrder(SortDirection direction) {
    return direction == SortDirection.ASC ? NullOrder.NULLS_FIRST : NullOrder.NULLS_LAST;
  }
}
