/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.write;

import static io.freshet.error.FreshetErrorCode.UNSUPPORTED;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;

import io.freshet.error.FreshetException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.sources.AlwaysTrue;
import org.apache.spark.sql.sources.And;
import org.apache.spark.sql.sources.EqualNullSafe;
import org.apache.spark.sql.sources.EqualTo;
import org.apache.spark.sql.sources.Filter;
import org.apache.spark.sql.sources.GreaterThan;
import org.apache.spark.sql.sources.GreaterThanOrEqual;
import org.apache.spark.sql.sources.In;
import org.apache.spark.sql.sources.IsNotNull;
import org.apache.spark.sql.sources.IsNull;
import org.apache.spark.sql.sources.LessThan;
import org.apache.spark.sql.sources.LessThanOrEqual;
import org.apache.spark.sql.sources.Not;
import org.apache.spark.sql.sources.Or;
import org.apache.spark.sql.sources.StringStartsWith;

/** Conditions that Spark gives to a write, as those of a query. */
final class FilterColumns {
  private FilterColumns() {}

  /**
   * True for rows that match all filters.
   *
   * @param table for messages
   */
  static Column all(Filter[] filters, String table) {
    Column all = lit(true);
    for (Filter filter : filters) {
      all = all.and(of(filter, table));
    }
    return all;
  }

  private static Column of(Filter filter, String table) {
    if (filter instanceof AlwaysTrue) {
      return lit(true);
    } else if (filter instanceof EqualTo test) {
      return col(test.attribute()).equalTo(test.value());
    } else if (filter instanceof EqualNullSafe test) {
      return col(test.attribute()).eqNullSafe(test.value());
    } else if (filter instanceof GreaterThan test) {
      return col(test.attribute()).gt(test.value());
    } else if (filter instanceof GreaterThanOrEqual test) {
      return col(test.attribute()).geq(test.value());
    } else if (filter instanceof LessThan test) {
      return col(test.attribute()).lt(test.value());
    } else if (filter instanceof LessThanOrEqual test) {
      return col(test.attribute()).leq(test.value());
    } else if (filter instanceof In test) {
      return col(test.attribute()).isin(test.values());
    } else if (filter instanceof IsNull test) {
      return col(test.attribute()).isNull();
    } else if (filter instanceof IsNotNull test) {
      return col(test.attribute()).isNotNull();
    } else if (filter instanceof StringStartsWith test) {
      return col(test.attribute()).startsWith(test.value());
    } else if (filter instanceof And both) {
      return of(both.left(), table).and(of(both.right(), table));
    } else if (filter instanceof Or either) {
      return of(either.left(), table).or(of(either.right(), table));
    } else if (filter instanceof Not other) {
      return not(of(other.child(), table));
    }
    throw FreshetException.of(
        UNSUPPORTED,
        "Rows of table %s can't be overwritten where %s: use comparisons of columns with constants,"
            + " or DELETE and INSERT",
        table,
        filter);
  }
}
