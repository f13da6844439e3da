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
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.ExpressionParser;
import org.apache.iceberg.expressions.ExpressionVisitors;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.expressions.UnboundPredicate;
import org.apache.iceberg.expressions.UnboundTerm;
import org.apache.iceberg.types.Type;

/**
 * Filters in the JSON form of Iceberg's expressions, as in its REST catalog specification. Values
 * are in Iceberg's JSON single-value form (dates and times as ISO text, binaries as hexadecimal
 * digits), so a client in any language can write them. Names are matched exactly.
 */
public final class FilterJson {
  private static final int SHOWN_CHARACTERS = 200;

  private FilterJson() {}

  /**
   * Writes a filter on a schema.
   *
   * @throws FreshetException INVALID_REQUEST if it does not fit the schema
   */
  public static String toJson(Expression expression, Schema schema) {
    // Bound literals have the type of their column, so that a time is written as a time.
    PredicateBinding binding = new PredicateBinding(schema, true);
    return ExpressionParser.toJson(
        ExpressionVisitors.visit(Expressions.rewriteNot(expression), new Bound(binding)));
  }

  /**
   * Reads a filter on a schema.
   *
   * @throws FreshetException INVALID_REQUEST if it is no such JSON, or does not fit the schema
   */
  public static Expression fromJson(String json, Schema schema) {
    Expression expression;
    try {
      // With a schema, Iceberg's parser would take nanoseconds for microseconds.
      Expression untyped = Expressions.rewriteNot(ExpressionParser.fromJson(json));
      expression = ExpressionVisitors.visit(untyped, new TypedLiterals(schema));
    } catch (IllegalArgumentException
        | UnsupportedOperationException
        | UncheckedIOException
        | ClassCastException e) {
      throw new FreshetException(
          INVALID_REQUEST,
          String.format("Filter %s can't be read: %s", shown(json), e.getMessage()),
          e);
    }
    RowFilter.bind(schema, expression);
    return expression;
  }

  private static String shown(String json) {
    return json.length() <= SHOWN_CHARACTERS ? json : json.substring(0, SHOWN_CHARACTERS) + "…";
  }

  private static final class Bound extends PredicateRewriter {
    private final PredicateBinding binding;

    Bound(PredicateBinding binding) {
      this.binding = binding;
    }

    @Override
    public <T> Expression predicate(UnboundPredicate<T> predicate) {
      return binding.bind(predicate);
    }
  }

  /** Converts text to values where Iceberg's literals can't: binaries, infinities. */
  private static final class TypedLiterals extends PredicateRewriter {
    private final Schema schema;

    TypedLiterals(Schema schema) {
      this.schema = schema;
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> Expression predicate(UnboundPredicate<T> predicate) {
      if (predicate.literals() == null || schema.findField(predicate.ref().name()) == null) {
        return predicate;
      }
      UnboundTerm<Object> term = (UnboundTerm<Object>) predicate.term();
      Type type = term.bind(schema.asStruct(), true).type();
      List<Object> values =
          predicate.literals().stream().map(literal -> value(literal, type)).toList();
      return Expressions.predicate(predicate.op(), term, values);
    }

    private static Object value(Literal<?> literal, Type type) {
      if (!(literal.value() instanceof CharSequence text)) {
        return literal.value();
      }
      return switch (type.typeId()) {
        case BINARY, FIXED -> ByteBuffer.wrap(HexFormat.of().parseHex(text));
        case FLOAT -> Float.valueOf(text.toString());
        case DOUBLE -> Double.valueOf(text.toString());
        default -> literal.value();
      };
    }
  }
}
