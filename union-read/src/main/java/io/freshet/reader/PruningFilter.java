/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.reader;

import io.freshet.filter.PredicateRewriter;
import java.util.Objects;
import org.apache.iceberg.Schema;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expression.Operation;
import org.apache.iceberg.expressions.ExpressionVisitors;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.expressions.NamedReference;
import org.apache.iceberg.expressions.UnboundPredicate;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * Turns a row filter on one schema into a filter on another schema of the same table that is true
 * for all rows of the first, so that files and row groups can be skipped by it.
 *
 * <ul>
 *   <li>Columns are found by id, so a rename in between is followed; predicates on columns that the
 *       other schema lacks, or has with another type, are taken for true.
 *   <li>Bounds of uuids are in unsigned order in files, and Iceberg 1.12 compares them as signed:
 *       comparisons of uuids skip nothing.
 *   <li>NaN is greater than any value for row filters, but is not in the bounds of files: it is
 *       added to {@code >} and {@code >=}.
 * </ul>
 */
final class PruningFilter extends PredicateRewriter {
  private final Schema from;
  private final Schema to;

  private PruningFilter(Schema from, Schema to) {
    this.from = from;
    this.to = to;
  }

  /**
   * The filter that skips.
   *
   * @param filter binds to the schema {@code from}
   */
  static Expression of(Expression filter, Schema from, Schema to) {
    return ExpressionVisitors.visit(Expressions.rewriteNot(filter), new PruningFilter(from, to));
  }

  @Override
  public <T> Expression predicate(UnboundPredicate<T> predicate) {
    String name = predicate.ref().name();
    Types.NestedField field = from.findField(name);
    String newName = to.findColumnName(field.fieldId());
    if (newName == null
        || !isSafe(field.type(), to.findType(field.fieldId()))
        || (field.type().typeId() == Type.TypeID.UUID && predicate.literals() != null)) {
      return Expressions.alwaysTrue();
    }
    Expression renamed = newName.equals(name) ? predicate : rename(predicate, newName);
    try {
      ((UnboundPredicate<?>) renamed).bind(to.asStruct(), true);
    } catch (ValidationException e) {
      return Expressions.alwaysTrue();
    }
    boolean isReal =
        field.type().typeId() == Type.TypeID.FLOAT || field.type().typeId() == Type.TypeID.DOUBLE;
    boolean isGreater = predicate.op() == Operation.GT || predicate.op() == Operation.GT_EQ;
    return isReal && isGreater ? Expressions.or(renamed, Expressions.isNaN(newName)) : renamed;
  }

  /** Whether a literal means the same after a conversion from one type to the other. */
  private static boolean isSafe(Type from, Type to) {
    return from.equals(to)
        || (from.typeId() == Type.TypeID.LONG && to.typeId() == Type.TypeID.INTEGER)
        || (from.typeId() == Type.TypeID.DECIMAL && to.typeId() == Type.TypeID.DECIMAL);
  }

  private static <T> Expression rename(UnboundPredicate<T> predicate, String name) {
    if (!(predicate.term() instanceof NamedReference)) {
      return Expressions.alwaysTrue();
    }
    if (predicate.literals() == null) {
      return Expressions.predicate(predicate.op(), name);
    }
    return predicate.literals().size() == 1
        ? Expressions.predicate(predicate.op(), name, Objects.requireNonNull(predicate.literal()))
        : Expressions.predicate(
            predicate.op(), name, predicate.literals().stream().map(Literal::value).toList());
  }
}
