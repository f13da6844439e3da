/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.read;

import java.io.Serializable;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.TypeUtils;
import org.apache.spark.sql.connector.expressions.Expression;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.connector.expressions.aggregate.AggregateFunc;
import org.apache.spark.sql.connector.expressions.aggregate.Count;
import org.apache.spark.sql.connector.expressions.aggregate.CountStar;
import org.apache.spark.sql.connector.expressions.aggregate.Max;
import org.apache.spark.sql.connector.expressions.aggregate.Min;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.TimestampNTZType;
import org.apache.spark.sql.types.TimestampType;
import org.jspecify.annotations.Nullable;

/**
 * An aggregate that partial ones of files and of batches of rows can be joined to.
 *
 * @param column of the table; null for a count of all rows
 */
record ColumnAggregate(Kind kind, @Nullable StructField column) implements Serializable {
  /**
   * Whose order files' bounds have. A bound of numbers with a fraction says nothing of NaN, which
   * is Spark's greatest.
   */
  private static final Set<Class<? extends DataType>> ORDERED =
      Set.of(
          BooleanType.class,
          ByteType.class,
          ShortType.class,
          IntegerType.class,
          LongType.class,
          DateType.class,
          TimestampType.class,
          TimestampNTZType.class,
          DecimalType.class,
          StringType.class);

  enum Kind {
    MIN,
    MAX,
    COUNT
  }

  /** Empty if an aggregate is none of these, or is of what is no column of the table itself. */
  static Optional<ColumnAggregate> of(AggregateFunc function, StructType schema) {
    if (function instanceof Min min) {
      return of(Kind.MIN, min.column(), schema).filter(ColumnAggregate::isOrdered);
    } else if (function instanceof Max max) {
      return of(Kind.MAX, max.column(), schema).filter(ColumnAggregate::isOrdered);
    } else if (function instanceof Count count && !count.isDistinct()) {
      return of(Kind.COUNT, count.column(), schema);
    }
    return function instanceof CountStar
        ? Optional.of(new ColumnAggregate(Kind.COUNT, null))
        : Optional.empty();
  }

  private static Optional<ColumnAggregate> of(Kind kind, Expression column, StructType schema) {
    return column instanceof NamedReference reference
            && reference.fieldNames().length == 1
            && schema.getFieldIndex(reference.fieldNames()[0]).isDefined()
        ? Optional.of(new ColumnAggregate(kind, schema.apply(reference.fieldNames()[0])))
        : Optional.empty();
  }

  private boolean isOrdered() {
    return column != null && ORDERED.stream().anyMatch(type -> type.isInstance(column.dataType()));
  }

  /** The aggregate of no rows. */
  @Nullable Object none() {
    return kind == Kind.COUNT ? 0L : null;
  }

  /**
   * The aggregate of more rows.
   *
   * @param before of the rows until now
   * @param ordinal of the column in the row
   */
  @Nullable Object add(@Nullable Object before, InternalRow row, int ordinal) {
    if (column == null) {
      return add(before, 1);
    }
    if (row.isNullAt(ordinal)) {
      return before;
    }
    if (kind == Kind.COUNT) {
      return add(before, 1);
    }
    Object value = row.get(ordinal, column.dataType());
    if (before != null) {
      int order = TypeUtils.getInterpretedOrdering(column.dataType()).compare(value, before);
      if (kind == Kind.MIN ? order >= 0 : order <= 0) {
        return before;
      }
    }
    return InternalRow.copyValue(value); // Strings are borrowed from the batch.
  }

  private static Object add(@Nullable Object count, long rows) {
    return (count == null ? 0L : (long) count) + rows;
  }
}
