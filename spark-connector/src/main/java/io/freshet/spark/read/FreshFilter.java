/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.read;

import io.freshet.error.FreshetException;
import io.freshet.filter.FilterJson;
import io.freshet.filter.RowFilter;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.spark.SparkV2Filters;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of a query's predicates that the server applies to rows of its own. Spark applies all of
 * them again, so one that the server can't apply is left out.
 */
public final class FreshFilter {
  private static final Logger LOG = LoggerFactory.getLogger(FreshFilter.class);

  private final Schema schema;
  private final List<Expression> expressions = new ArrayList<>();

  /**
   * @param schema of the rows that are filtered
   */
  public FreshFilter(Schema schema) {
    this.schema = schema;
  }

  /** Whether the server will apply it. */
  public boolean add(Predicate predicate) {
    Expression expression = convert(predicate);
    return expression != null && isApplicable(predicate, expression) && expressions.add(expression);
  }

  boolean isEmpty() {
    return expressions.isEmpty();
  }

  /** An Iceberg expression in its JSON form; null if all rows match. */
  public @Nullable String toJson() {
    return expressions.isEmpty() ? null : toJson(Expressions.alwaysTrue());
  }

  /** As {@link #toJson()}, of those rows alone that match another expression too. */
  String toJson(Expression other) {
    return FilterJson.toJson(
        Expressions.and(
            other, expressions.stream().reduce(Expressions.alwaysTrue(), Expressions::and)),
        schema);
  }

  private static @Nullable Expression convert(Predicate predicate) {
    try {
      return SparkV2Filters.convert(predicate);
    } catch (IllegalArgumentException | UnsupportedOperationException e) {
      LOG.debug("Predicate {} has no Iceberg expression", predicate, e);
      return null;
    }
  }

  private boolean isApplicable(Predicate predicate, Expression expression) {
    try {
      FilterJson.toJson(expression, schema);
      RowFilter.bind(schema, expression);
      return true;
    } catch (FreshetException | ValidationException e) {
      LOG.debug("Fresh rows are not filtered by {}", predicate, e);
      return false;
    }
  }
}
