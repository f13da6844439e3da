/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.filter;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;

import io.freshet.error.FreshetException;
import java.time.DateTimeException;
import org.apache.iceberg.Schema;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expression.Operation;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.UnboundPredicate;
import org.apache.iceberg.types.Types;

/** Binds single predicates to a schema, and explains it when that can't be done. */
record PredicateBinding(Schema schema, boolean isCaseSensitive) {
  /** A bound predicate, or a constant if no value of the column makes a difference. */
  <T> Expression bind(UnboundPredicate<T> predicate) {
    String name = predicate.ref().name();
    Types.NestedField field =
        isCaseSensitive ? schema.findField(name) : schema.caseInsensitiveFindField(name);
    if (field == null) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "Filter %s names column %s, which does not exist. The columns are %s",
          predicate,
          name,
          schema.columns().stream().map(Types.NestedField::name).toList());
    }
    try {
      Expression bound = predicate.bind(schema.asStruct(), isCaseSensitive);
      // Iceberg takes x < 3000000000 for true if x is an int; but null is not less.
      return bound.op() == Operation.TRUE && isOrder(predicate.op())
          ? ((UnboundPredicate<?>) Expressions.notNull(name))
              .bind(schema.asStruct(), isCaseSensitive)
          : bound;
    } catch (ValidationException
        | IllegalArgumentException
        | UnsupportedOperationException
        | DateTimeException e) {
      throw new FreshetException(
          INVALID_REQUEST,
          String.format(
              "Filter %s does not fit column %s of type %s: %s",
              predicate, name, field.type(), e.getMessage()),
          e);
    }
  }

  private static boolean isOrder(Operation operation) {
    return switch (operation) {
      case LT, LT_EQ, GT, GT_EQ -> true;
      default -> false;
    };
  }
}
