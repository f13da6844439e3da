/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.filter;

import static io.freshet.error.FreshetErrorCode.UNSUPPORTED;

import io.freshet.error.FreshetException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.BoundPredicate;
import org.apache.iceberg.expressions.BoundReference;
import org.apache.iceberg.expressions.BoundTerm;
import org.apache.iceberg.expressions.BoundTransform;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expression.Operation;
import org.apache.iceberg.expressions.ExpressionVisitors.ExpressionVisitor;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.expressions.UnboundPredicate;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/** Binds an expression without negations to a schema, and chooses a test for each predicate. */
final class PredicateCompiler extends ExpressionVisitor<Condition> {
  private final Schema schema;
  private final PredicateBinding binding;
  private final Set<Integer> fieldIds = new HashSet<>();

  PredicateCompiler(Schema schema, boolean isCaseSensitive) {
    this.schema = schema;
    this.binding = new PredicateBinding(schema, isCaseSensitive);
  }

  /** The ids of the columns that were compiled into conditions. */
  Set<Integer> fieldIds() {
    return fieldIds;
  }

  @Override
  public Condition alwaysTrue() {
    return new Condition.Constant(true);
  }

  @Override
  public Condition alwaysFalse() {
    return new Condition.Constant(false);
  }

  @Override
  public Condition not(Condition result) {
    throw new IllegalStateException("Negations are rewritten before compilation");
  }

  @Override
  public Condition and(Condition left, Condition right) {
    return Condition.And.of(left, right);
  }

  @Override
  public Condition or(Condition left, Condition right) {
    return Condition.Or.of(left, right);
  }

  @Override
  public <T> Condition predicate(UnboundPredicate<T> predicate) {
    Expression bound = binding.bind(predicate);
    return switch (bound.op()) {
      case TRUE -> alwaysTrue();
      case FALSE -> alwaysFalse();
      default -> predicate((BoundPredicate<?>) bound);
    };
  }

  @Override
  public <T> Condition predicate(BoundPredicate<T> predicate) {
    Types.NestedField field = predicate.ref().field();
    fieldIds.add(field.fieldId());
    ColumnPath path = ColumnPath.of(schema.asStruct(), field);
    return switch (predicate.op()) {
      case IS_NULL -> new Condition.IsNull(path);
      case NOT_NULL -> new Condition.NotNull(path);
      case NOT_NAN, NOT_EQ, NOT_IN, NOT_STARTS_WITH -> {
        BoundPredicate<?> negated = (BoundPredicate<?>) predicate.negate();
        yield new Condition.Fails(path, test(negated));
      }
      default -> new Condition.Passes(path, test(predicate));
    };
  }

  private static <T> ValueTest test(BoundPredicate<T> predicate) {
    BoundTerm<T> term = predicate.term();
    if (term instanceof BoundTransform<?, ?> transform) {
      return new RowTest(transform.ref().type(), function(transform), predicate);
    }
    if (!(term instanceof BoundReference)) {
      throw FreshetException.of(UNSUPPORTED, "Filter %s can't be applied to rows", predicate);
    }
    Type type = term.type();
    Operation operation = predicate.op();
    if (operation == Operation.IS_NAN) {
      return LongKeys.of(type).isNaN();
    }
    if (predicate.isSetPredicate()) {
      return in(type, predicate.asSetPredicate().literalSet(), predicate);
    }
    Literal<T> literal = predicate.asLiteralPredicate().literal();
    if (type.typeId() == Type.TypeID.BOOLEAN) {
      return new BooleanTest(predicate);
    }
    if (LongKeys.has(type)) {
      return LongKeys.of(type).comparison(operation, literal.value());
    }
    return ByteKeys.fits(type, literal.value())
        ? ByteKeys.of(type).comparison(operation, literal.value())
        : new RowTest(type, Function.identity(), predicate);
  }

  private static ValueTest in(Type type, Collection<?> literals, BoundPredicate<?> predicate) {
    if (type.typeId() == Type.TypeID.BOOLEAN) {
      return new BooleanTest(predicate);
    }
    if (LongKeys.has(type)) {
      return LongKeys.of(type).in(literals);
    }
    return ByteKeys.of(type)
        .in(literals.stream().filter(literal -> ByteKeys.fits(type, literal)).toList());
  }

  @SuppressWarnings("unchecked")
  private static <S, T> Function<Object, Object> function(BoundTransform<S, T> transform) {
    return (Function<Object, Object>)
        (Function<?, ?>) transform.transform().bind(transform.ref().type());
  }
}
