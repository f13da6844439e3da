/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.filter;

import io.freshet.error.FreshetException;
import io.freshet.filter.FilterToken.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expression.Operation;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * A recursive-descent parser of {@link FilterText}. Negations are pushed down to comparisons while
 * parsing: {@code isNegated} says that the negation of what follows is wanted.
 */
final class FilterParser {
  private static final int MAX_DEPTH = 200;

  private final String filter;
  private final Schema schema;
  private final List<FilterToken> tokens;
  private int next;
  private int depth;

  FilterParser(String filter, Schema schema) {
    this.filter = filter;
    this.schema = schema;
    this.tokens = new FilterTokenizer(filter).tokens();
  }

  Expression parse() {
    Expression expression = disjunction(false);
    if (peek().kind() != Kind.END) {
      throw expected("AND, OR or the end");
    }
    return expression;
  }

  private Expression disjunction(boolean isNegated) {
    List<Expression> parts = new ArrayList<>();
    do {
      parts.add(conjunction(isNegated));
    } while (takeWord("OR"));
    return combine(parts, isNegated ? Expressions::and : Expressions::or);
  }

  private Expression conjunction(boolean isNegated) {
    List<Expression> parts = new ArrayList<>();
    do {
      parts.add(term(isNegated));
    } while (takeWord("AND"));
    return combine(parts, isNegated ? Expressions::or : Expressions::and);
  }

  /** A balanced tree, so that a long chain is not a deep one. */
  private static Expression combine(List<Expression> parts, BinaryOperator<Expression> operator) {
    if (parts.size() == 1) {
      return parts.get(0);
    }
    int middle = parts.size() / 2;
    return operator.apply(
        combine(parts.subList(0, middle), operator),
        combine(parts.subList(middle, parts.size()), operator));
  }

  private Expression term(boolean isNegated) {
    if (++depth > MAX_DEPTH) {
      throw error(peek(), "more than " + MAX_DEPTH + " levels of NOT and parentheses");
    }
    Expression expression;
    if (takeWord("NOT")) {
      expression = term(!isNegated);
    } else if (takeSymbol("(")) {
      expression = disjunction(isNegated);
      if (!takeSymbol(")")) {
        throw expected("AND, OR or )");
      }
    } else if (takeWord("TRUE")) {
      expression = isNegated ? Expressions.alwaysFalse() : Expressions.alwaysTrue();
    } else if (takeWord("FALSE")) {
      expression = isNegated ? Expressions.alwaysTrue() : Expressions.alwaysFalse();
    } else {
      expression = predicate(isNegated);
    }
    depth--;
    return expression;
  }

  private Expression predicate(boolean isNegated) {
    FilterToken start = peek();
    String column = column();
    Type type = schema.findType(column);
    if (takeWord("IS")) {
      return is(start, column, takeWord("NOT") != isNegated);
    }
    if (takeWord("NOT")) {
      return condition(column, type, !isNegated, "IN, BETWEEN or LIKE");
    }
    return condition(column, type, isNegated, "a comparison, IS, IN, BETWEEN or LIKE");
  }

  private Expression is(FilterToken start, String column, boolean isNegated) {
    if (takeWord("NULL")) {
      return isNegated ? Expressions.notNull(column) : Expressions.isNull(column);
    }
    if (!takeWord("NAN")) {
      throw expected("NULL, NOT NULL, NAN or NOT NAN");
    }
    Type.TypeID type = schema.findType(column).typeId();
    if (type != Type.TypeID.FLOAT && type != Type.TypeID.DOUBLE) {
      throw error(
          start, "column " + column + " has type " + schema.findType(column) + " without NaN");
    }
    return isNegated ? present(column, Expressions.notNaN(column)) : Expressions.isNaN(column);
  }

  private Expression condition(String column, Type type, boolean isNegated, String expected) {
    if (takeWord("IN")) {
      List<Object> values = list(column, type);
      return isNegated
          ? present(column, Expressions.notIn(column, values))
          : Expressions.in(column, values);
    }
    if (takeWord("BETWEEN")) {
      Object low = value(column, type);
      if (!takeWord("AND")) {
        throw expected("AND");
      }
      Object high = value(column, type);
      return isNegated
          ? Expressions.or(Expressions.lessThan(column, low), Expressions.greaterThan(column, high))
          : Expressions.and(
              Expressions.greaterThanOrEqual(column, low),
              Expressions.lessThanOrEqual(column, high));
    }
    if (takeWord("LIKE")) {
      return like(column, type, isNegated);
    }
    Operation operation = comparison(expected);
    Operation wanted = isNegated ? operation.negate() : operation;
    Expression predicate = Expressions.predicate(wanted, column, value(column, type));
    return wanted == Operation.NOT_EQ ? present(column, predicate) : predicate;
  }

  private Expression like(String column, Type type, boolean isNegated) {
    FilterToken token = peek();
    if (type.typeId() != Type.TypeID.STRING) {
      throw error(token, "LIKE needs a string column, and " + column + " has type " + type);
    }
    if (token.kind() != Kind.STRING) {
      throw expected("a pattern such as 'abc%'");
    }
    next++;
    String pattern = token.text();
    boolean isPrefix = pattern.endsWith("%");
    String prefix = isPrefix ? pattern.substring(0, pattern.length() - 1) : pattern;
    if (prefix.indexOf('%') >= 0 || prefix.indexOf('_') >= 0) {
      throw error(token, "LIKE takes one % at the end, as in 'abc%', and no _");
    }
    Expression positive =
        isPrefix ? Expressions.startsWith(column, prefix) : Expressions.equal(column, prefix);
    return isNegated ? present(column, positive.negate()) : positive;
  }

  /** Iceberg's inequalities are true for null, SQL's are not. */
  private static Expression present(String column, Expression inequality) {
    return Expressions.and(Expressions.notNull(column), inequality);
  }

  private Operation comparison(String expected) {
    FilterToken token = peek();
    Operation operation =
        switch (token.kind() == Kind.SYMBOL ? token.text() : "") {
          case "=", "==" -> Operation.EQ;
          case "!=", "<>" -> Operation.NOT_EQ;
          case "<" -> Operation.LT;
          case "<=" -> Operation.LT_EQ;
          case ">" -> Operation.GT;
          case ">=" -> Operation.GT_EQ;
          default -> throw expected(expected);
        };
    next++;
    return operation;
  }

  private List<Object> list(String column, Type type) {
    if (!takeSymbol("(")) {
      throw expected("(");
    }
    List<Object> values = new ArrayList<>();
    do {
      values.add(value(column, type));
    } while (takeSymbol(","));
    if (!takeSymbol(")")) {
      throw expected(", or )");
    }
    return values;
  }

  private Object value(String column, Type type) {
    FilterToken start = peek();
    FilterToken token = take();
    String keyword = "";
    if (token.kind() == Kind.WORD && peek().kind() == Kind.STRING) {
      keyword = token.text();
      token = take();
    }
    try {
      return FilterValue.of(keyword, token, type);
    } catch (IllegalArgumentException e) {
      throw error(start, "column " + column + " of type " + type + ": " + e.getMessage());
    }
  }

  /** The full name, as the schema writes it, of the column that is named next. */
  private String column() {
    FilterToken start = peek();
    StringBuilder name = new StringBuilder();
    do {
      if (peek().kind() != Kind.WORD && peek().kind() != Kind.QUOTED_NAME) {
        throw expected("a column");
      }
      name.append(name.isEmpty() ? "" : ".").append(take().text());
    } while (takeSymbol("."));
    Types.NestedField field = schema.findField(name.toString());
    if (field == null) {
      field = schema.caseInsensitiveFindField(name.toString());
    }
    if (field == null) {
      throw error(
          start,
          "column "
              + name
              + " does not exist. The columns are "
              + String.join(", ", schema.columns().stream().map(Types.NestedField::name).toList()));
    }
    return schema.findColumnName(field.fieldId());
  }

  private FilterToken peek() {
    return tokens.get(next);
  }

  /** The next token, which is passed unless it is the END. */
  private FilterToken take() {
    FilterToken token = tokens.get(next);
    if (token.kind() != Kind.END) {
      next++;
    }
    return token;
  }

  private boolean takeWord(String word) {
    if (peek().isWord(word)) {
      next++;
      return true;
    }
    return false;
  }

  private boolean takeSymbol(String symbol) {
    if (peek().isSymbol(symbol)) {
      next++;
      return true;
    }
    return false;
  }

  private FreshetException expected(String what) {
    return error(peek(), "expected " + what + ", found " + peek());
  }

  private FreshetException error(FilterToken token, String what) {
    return FilterTokenizer.error(filter, token.position(), what);
  }
}
