/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.filter;

import io.freshet.arrow.RandomRows;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expression.Operation;
import org.apache.iceberg.expressions.ExpressionVisitors;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.UnboundPredicate;
import org.apache.iceberg.expressions.UnboundTerm;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/** Random expressions over the columns of a schema, and over fields of structs. */
public final class RandomExpressions {
  private static final Operation[] COMPARISONS = {
    Operation.LT, Operation.LT_EQ, Operation.GT, Operation.GT_EQ, Operation.EQ, Operation.NOT_EQ
  };

  private final Random random;
  private final RandomRows values;
  private final List<Types.NestedField> columns = new ArrayList<>();

  public RandomExpressions(Random random, Schema schema) {
    this.random = random;
    this.values = new RandomRows(random);
    collect("", schema.asStruct());
  }

  public Expression expression(int depth) {
    if (depth == 0 || random.nextInt(3) == 0) {
      return switch (random.nextInt(20)) {
        case 0 -> Expressions.alwaysTrue();
        case 1 -> Expressions.alwaysFalse();
        default -> predicate(columns.get(random.nextInt(columns.size())));
      };
    }
    Expression left = expression(depth - 1);
    return switch (random.nextInt(3)) {
      case 0 -> Expressions.not(left);
      case 1 -> Expressions.and(left, expression(depth - 1));
      default -> Expressions.or(left, expression(depth - 1));
    };
  }

  /**
   * The expression that Iceberg's row evaluator must be given to read comparisons with null as
   * false.
   */
  public static Expression withoutNullsFirst(Expression expression) {
    return ExpressionVisitors.visit(
        Expressions.rewriteNot(expression),
        new PredicateRewriter() {
          @Override
          public <T> Expression predicate(UnboundPredicate<T> predicate) {
            return predicate.op() == Operation.LT || predicate.op() == Operation.LT_EQ
                ? Expressions.and(Expressions.notNull(predicate.ref().name()), predicate)
                : predicate;
          }
        });
  }

  private void collect(String prefix, Types.StructType struct) {
    for (Types.NestedField field : struct.fields()) {
      String name = prefix + field.name();
      columns.add(Types.NestedField.from(field).withName(name).build());
      if (field.type().isStructType()) {
        collect(name + ".", field.type().asStructType());
      }
    }
  }

  private Expression predicate(Types.NestedField column) {
    String name = column.name();
    Type type = column.type();
    int choice = random.nextInt(10);
    if (choice == 0 || !type.isPrimitiveType()) {
      return random.nextBoolean() ? Expressions.isNull(name) : Expressions.notNull(name);
    }
    boolean isReal = type.typeId() == Type.TypeID.FLOAT || type.typeId() == Type.TypeID.DOUBLE;
    if (choice == 1 && isReal) {
      return random.nextBoolean() ? Expressions.isNaN(name) : Expressions.notNaN(name);
    }
    if (choice <= 3) {
      List<Object> literals = new ArrayList<>();
      for (int i = random.nextInt(25); i >= 0; i--) {
        literals.add(literal(type));
      }
      return Expressions.predicate(
          random.nextBoolean() ? Operation.IN : Operation.NOT_IN, name, literals);
    }
    if (choice == 4 && type.typeId() == Type.TypeID.STRING) {
      String prefix = (String) literal(type);
      return random.nextBoolean()
          ? Expressions.startsWith(name, prefix)
          : Expressions.notStartsWith(name, prefix);
    }
    if (choice == 5 && !isReal && type.typeId() != Type.TypeID.BOOLEAN) {
      return transformed(name, type);
    }
    return Expressions.predicate(comparison(), name, literal(type));
  }

  private Expression transformed(String name, Type type) {
    return switch (type.typeId()) {
      case INTEGER, LONG, DECIMAL, STRING, BINARY ->
          random.nextBoolean()
              ? compare(Expressions.truncate(name, 2), literal(type))
              : compare(Expressions.bucket(name, 4), random.nextInt(4));
      case DATE -> compare(Expressions.month(name), random.nextInt(5) - 2);
      case TIMESTAMP, TIMESTAMP_NANO ->
          random.nextBoolean()
              ? compare(Expressions.day(name), random.nextInt(5) - 2)
              : compare(Expressions.hour(name), random.nextInt(5) - 2);
      default -> compare(Expressions.bucket(name, 4), random.nextInt(4));
    };
  }

  @SuppressWarnings("unchecked")
  private Expression compare(UnboundTerm<?> term, Object literal) {
    return Expressions.predicate(comparison(), (UnboundTerm<Object>) term, List.of(literal));
  }

  private Operation comparison() {
    return COMPARISONS[random.nextInt(COMPARISONS.length)];
  }

  /** A literal as users write it: dates and times as text. NaN can't be a literal. */
  private Object literal(Type type) {
    Object value = values.value(type);
    if ((value instanceof Float real && real.isNaN())
        || (value instanceof Double twice && twice.isNaN())) {
      return literal(type);
    }
    return switch (type.typeId()) {
      case DATE, TIME, TIMESTAMP, TIMESTAMP_NANO -> value.toString();
      case FIXED -> ByteBuffer.wrap((byte[]) value);
      default -> value;
    };
  }
}
