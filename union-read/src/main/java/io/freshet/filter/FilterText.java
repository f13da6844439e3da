/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.filter;

import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.Expression;

/**
 * Filters as people write them: {@code delay > 60 AND origin IN ('SFO', 'OAK')}.
 *
 * <pre>
 * filter    = comparisons with AND, OR, NOT and parentheses; TRUE and FALSE
 * comparison = column (= | == | != | &lt;&gt; | &lt; | &lt;= | &gt; | &gt;=) value
 *            | column IS [NOT] (NULL | NAN)
 *            | column [NOT] IN (value, …)
 *            | column [NOT] BETWEEN value AND value
 *            | column [NOT] LIKE 'prefix%'
 * column    = name, "quoted name", or struct.field; the case matters only if names differ by it
 * value     = 12, -1.5, 'text', TRUE, FALSE, X'ff00', DATE '2026-01-31', TIME '12:30:00',
 *             TIMESTAMP '2026-01-31 12:30:00' (in UTC, if the column has a zone and it has none)
 * </pre>
 *
 * <p>As in SQL, a comparison with null is not true, and neither is its negation.
 */
public final class FilterText {
  private FilterText() {}

  /**
   * Reads a filter on a schema.
   *
   * @throws io.freshet.error.FreshetException INVALID_REQUEST with the position of what is wrong
   */
  public static Expression parse(String text, Schema schema) {
    return new FilterParser(text, schema).parse();
  }
}
