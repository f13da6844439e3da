/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.filter;

import java.util.Set;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.ExpressionVisitors;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.InclusiveMetricsEvaluator;

/**
 * An Iceberg expression, bound to a schema, that selects rows of Arrow batches. Immutable and safe
 * for use by many threads.
 *
 * <p>Negations are pushed down to the predicates first, as Iceberg does. On null, {@code isNull},
 * {@code notNaN}, {@code notEq}, {@code notIn} and {@code notStartsWith} are true and all other
 * predicates are false, which is how Iceberg's metrics evaluators read them. (Iceberg's row {@code
 * Evaluator} differs in {@code lt} and {@code ltEq} only: it takes null for less than any value, so
 * it would find rows in files that its own metrics rule out.) Values are ordered as by Iceberg's
 * comparators: NaN is equal to itself and greater than any other value, and -0.0 is less than 0.0.
 */
public final class RowFilter {
  private final Condition condition;
  private final Set<Integer> fieldIds;
  private final InclusiveMetricsEvaluator metricsEvaluator;

  private RowFilter(Schema schema, Expression expression, boolean isCaseSensitive) {
    Expression positive = Expressions.rewriteNot(expression);
    PredicateCompiler compiler = new PredicateCompiler(schema, isCaseSensitive);
    this.condition = ExpressionVisitors.visit(positive, compiler);
    this.fieldIds = Set.copyOf(compiler.fieldIds());
    this.metricsEvaluator = new InclusiveMetricsEvaluator(schema, positive, isCaseSensitive);
  }

  /**
   * Binds an expression, not bound yet, to a schema; names are matched exactly.
   *
   * @throws io.freshet.error.FreshetException INVALID_REQUEST if it names a column that does not
   *     exist, or compares a column with what can't be converted to the column's type
   */
  public static RowFilter bind(Schema schema, Expression expression) {
    return new RowFilter(schema, expression, true);
  }

  /** As {@link #bind}, but the case of names does not matter. */
  public static RowFilter bindIgnoringCase(Schema schema, Expression expression) {
    return new RowFilter(schema, expression, false);
  }

  /** The ids of the fields whose values decide; other columns may be missing from a batch. */
  public Set<Integer> fieldIds() {
    return fieldIds;
  }

  /**
   * Which rows of a batch match.
   *
   * @param batch has the columns of {@link #fieldIds}, found by name
   */
  public Selection select(VectorSchemaRoot batch) {
    return Selection.of(condition.evaluate(batch));
  }

  /** False if no row of the batch that the zone map describes matches. */
  public boolean mayMatch(ZoneMap zones) {
    return zones.rows() > 0 && metricsEvaluator.eval(zones.describe(fieldIds));
  }
}
