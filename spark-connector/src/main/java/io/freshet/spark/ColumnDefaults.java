/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;

import io.freshet.error.FreshetException;
import io.freshet.table.TableName;
import java.nio.ByteBuffer;
import java.util.TimeZone;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.spark.SparkSchemaUtil;
import org.apache.iceberg.types.Types;
import org.apache.spark.sql.catalyst.expressions.Cast;
import org.apache.spark.sql.catalyst.expressions.EvalMode;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.parser.CatalystSqlParser$;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;
import scala.Option;

/** Default values of columns: constants of Spark SQL as Iceberg's. */
final class ColumnDefaults {
  private ColumnDefaults() {}

  /**
   * @param value in Spark's internal form
   */
  static Literal<?> literal(@Nullable Object value, Types.NestedField column) {
    Literal<?> literal = of(value);
    Literal<?> converted = literal == null ? null : literal.to(column.type());
    if (converted == null) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "Column %s of type %s can't have the default %s: give a constant of its type",
          column.name(),
          column.type(),
          value);
    }
    return converted;
  }

  /** The value of a constant expression, such as {@code 7} or {@code DATE '2026-01-31'}. */
  static Literal<?> parse(String sql, TableName table, Types.NestedField column) {
    Object value;
    try {
      Expression constant = CatalystSqlParser$.MODULE$.parseExpression(sql);
      value =
          new Cast(
                  constant,
                  SparkSchemaUtil.convert(column.type()),
                  Option.apply(TimeZone.getDefault().getID()),
                  EvalMode.ANSI())
              .eval(null);
    } catch (RuntimeException e) {
      throw new FreshetException(
          INVALID_REQUEST,
          String.format(
              "Column %s of table %s can't have the default %s: give a constant of type %s",
              column.name(), table, sql, column.type()),
          e);
    }
    return literal(value, column);
  }

  private static @Nullable Literal<?> of(@Nullable Object value) {
    if (value instanceof UTF8String text) {
      return Expressions.lit(text.toString());
    } else if (value instanceof Decimal decimal) {
      return Expressions.lit(decimal.toJavaBigDecimal());
    } else if (value instanceof byte[] bytes) {
      return Expressions.lit(ByteBuffer.wrap(bytes));
    } else if (value instanceof Short || value instanceof Byte) {
      return Expressions.lit(((Number) value).intValue());
    }
    return value == null ? null : Expressions.lit(value);
  }
}
