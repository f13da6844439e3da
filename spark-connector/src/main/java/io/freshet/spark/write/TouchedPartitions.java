/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.write;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import java.io.Serializable;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.spark.sql.Column;
import org.jspecify.annotations.Nullable;

/**
 * The partitions that a job has written rows of.
 *
 * @param values of their fields, as {@link RowPartitions} has them
 */
record TouchedPartitions(PartitionSpec spec, Set<List<@Nullable Object>> values)
    implements Serializable {
  /** More values would make a condition that takes longer to plan than it saves. */
  private static final int MAX_VALUES = 200;

  /** Top-level columns that decide which partition a row is in. */
  List<String> columns() {
    return spec.fields().stream()
        .map(field -> RowPartitions.path(spec, field).get(0))
        .distinct()
        .toList();
  }

  /** True for all rows of these partitions and maybe for others: for what skips lake files. */
  Column condition() {
    Column all = lit(true);
    for (int i = 0; i < spec.fields().size(); i++) {
      int position = i;
      Set<Object> known =
          values.stream()
              .map(partition -> partition.get(position))
              .filter(Objects::nonNull)
              .collect(Collectors.toSet());
      boolean hasNull = values.stream().anyMatch(partition -> partition.get(position) == null);
      PartitionField field = spec.fields().get(i);
      Column column = col(quoted(spec, field));
      Column matches = known.isEmpty() ? lit(false) : matches(field, column, known);
      all = all.and(hasNull ? matches.or(column.isNull()) : matches);
    }
    return all;
  }

  private Column matches(PartitionField field, Column column, Set<Object> known) {
    Type type = spec.schema().findType(field.sourceId());
    return switch (field.transform().toString()) {
      case "identity" -> known.size() > MAX_VALUES ? lit(true) : isOneOf(type, column, known);
      case "year" -> isBetween(type, column, known, ChronoUnit.YEARS);
      case "month" -> isBetween(type, column, known, ChronoUnit.MONTHS);
      case "day" -> isBetween(type, column, known, ChronoUnit.DAYS);
      case "hour" -> isBetween(type, column, known, ChronoUnit.HOURS);
      default -> lit(true);
    };
  }

  private static Column isOneOf(Type type, Column column, Set<Object> known) {
    return switch (type.typeId()) {
      case BOOLEAN, INTEGER, LONG, STRING, DECIMAL -> column.isin(known.toArray());
      case DATE ->
          column.isin(known.stream().map(day -> LocalDate.ofEpochDay((Integer) day)).toArray());
      default -> lit(true);
    };
  }

  private static Column isBetween(Type type, Column column, Set<Object> known, ChronoUnit unit) {
    int first = known.stream().mapToInt(Integer.class::cast).min().orElseThrow();
    int last = known.stream().mapToInt(Integer.class::cast).max().orElseThrow();
    return column.geq(start(type, first, unit)).and(column.lt(start(type, last + 1, unit)));
  }

  /**
   * When a unit of time begins.
   *
   * @param units since 1970
   */
  private static Column start(Type type, int units, ChronoUnit unit) {
    LocalDateTime start = LocalDateTime.of(1970, 1, 1, 0, 0).plus(units, unit);
    if (type.typeId() == Type.TypeID.DATE) {
      return lit(start.toLocalDate());
    }
    Instant instant = start.toInstant(ZoneOffset.UTC);
    return ((Types.TimestampType) type).shouldAdjustToUTC() ? lit(instant) : lit(start);
  }

  private static String quoted(PartitionSpec spec, PartitionField field) {
    return RowPartitions.path(spec, field).stream()
        .map(name -> "`" + name.replace("`", "``") + "`")
        .collect(Collectors.joining("."));
  }
}
