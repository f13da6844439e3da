/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.write;

import static io.freshet.error.FreshetErrorCode.INVALID_CONFIGURATION;

import io.freshet.error.FreshetException;
import io.freshet.protocol.TableDescription;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.connector.distributions.Distribution;
import org.apache.spark.sql.connector.distributions.Distributions;
import org.apache.spark.sql.connector.expressions.Expression;
import org.apache.spark.sql.connector.expressions.Expressions;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * How Spark divides a job's rows among its tasks: by bucket, so that each task sends large batches
 * to few buckets instead of small ones to all. Has Iceberg's names for this.
 */
public final class BucketDistribution {
  static final String PROPERTY = "write.distribution-mode";
  static final String OPTION = "distribution-mode";

  private static final String NONE = "none";
  private static final String HASH = "hash";

  private BucketDistribution() {}

  /**
   * What a write asks of Spark.
   *
   * @param options of the write, before the table's properties; tables with several buckets and a
   *     primary key have {@code hash} if neither says anything, all others {@code none}
   */
  public static Distribution of(TableDescription table, CaseInsensitiveStringMap options) {
    List<String> key = table.bucketKey();
    boolean isUsual = table.hasPrimaryKey() && table.buckets() > 1;
    String usual = table.properties().getOrDefault(PROPERTY, isUsual ? HASH : NONE);
    String mode = options.getOrDefault(OPTION, usual);
    return switch (mode.toLowerCase(Locale.ROOT)) {
      case NONE -> Distributions.unspecified();
      case HASH ->
          key.isEmpty()
              ? Distributions.unspecified()
              : Distributions.clustered(expressions(table.buckets(), key));
      default ->
          throw FreshetException.of(
              INVALID_CONFIGURATION,
              "Table %s can't be written with %s=%s: write %s (tasks keep their rows) or %s (rows go to"
                  + " tasks by bucket). The table sorts its files itself: see sorted-by.",
              table.table(),
              options.containsKey(OPTION) ? OPTION : PROPERTY,
              mode,
              NONE,
              HASH);
    };
  }

  private static Expression[] expressions(int buckets, List<String> key) {
    // Iceberg's function is of one column: by that, a bucket has one task; else a key has one.
    return key.size() == 1
        ? new Expression[] {Expressions.bucket(buckets, key.get(0))}
        : key.stream().map(Expressions::column).toArray(Expression[]::new);
  }
}
