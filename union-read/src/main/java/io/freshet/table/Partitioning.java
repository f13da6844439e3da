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
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.exceptions.ValidationException;

/**
 * How a table is partitioned, as text. An entry is one of {@code column}, {@code year(column)},
 * {@code month(column)}, {@code day(column)}, {@code hour(column)}, {@code bucket(n, column)} and
 * {@code truncate(n, column)}; Trino's order {@code bucket(column, n)} and Spark's plural {@code
 * days(column)} are read too. {@code as name} after it names the partition field.
 */
public final class Partitioning {
  private static final String GRAMMAR =
      "Partition by: column, year(column), month(column), day(column), hour(column), bucket(n,"
          + " column) or truncate(n, column).";

  private Partitioning() {}

  /** The spec that the entries describe, bound to {@code schema}; no entries are unpartitioned. */
  public static PartitionSpec parse(Schema schema, List<String> entries) {
    PartitionSpec.Builder builder = PartitionSpec.builderFor(schema);
    for (String entry : entries) {
      TextCursor cursor = new TextCursor("partitioning", entry, GRAMMAR);
      do {
        addEntry(schema, builder, cursor);
      } while (cursor.accept(','));
      cursor.expectEnd("'as', ',' or the end");
    }
    try {
      return builder.build();
    } catch (IllegalArgumentException | ValidationException e) {
      throw new FreshetException(
          INVALID_REQUEST, "Can't partition by " + entries + ": " + e.getMessage(), e);
    }
  }

  /** Entries from which {@link #parse} makes the same spec, but for the ids of spec and fields. */
  public static List<String> format(PartitionSpec spec) {
    List<String> entries = new ArrayList<>();
    for (PartitionField field : spec.fields()) {
      TransformText term = TransformText.of(spec.schema(), field.sourceId(), field.transform());
      String alias =
          field.name().equals(term.partitionName())
              ? ""
              : " as " + TextCursor.quotedPart(field.name());
      entries.add(term.format() + alias);
    }
    return entries;
  }

  private static void addEntry(Schema schema, PartitionSpec.Builder builder, TextCursor cursor) {
    int start = cursor.offset();
    TransformText term = TransformText.parse(schema, cursor);
    String name =
        cursor.acceptWord("as") ? cursor.name("a name for the partition") : term.partitionName();
    String column = term.column();
    try {
      switch (term.transform()) {
        case IDENTITY -> builder.identity(column, name);
        case YEAR -> builder.year(column, name);
        case MONTH -> builder.month(column, name);
        case DAY -> builder.day(column, name);
        case HOUR -> builder.hour(column, name);
        case BUCKET -> builder.bucket(column, term.parameter(), name);
        case TRUNCATE -> builder.truncate(column, term.parameter(), name);
        case VOID -> builder.alwaysNull(column, name);
      }
    } catch (IllegalArgumentException e) {
      FreshetException error = cursor.error(start, "Iceberg refuses it: " + e.getMessage());
      throw new FreshetException(INVALID_REQUEST, String.valueOf(error.getMessage()), e);
    }
  }
}
