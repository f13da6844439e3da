/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.read;

import java.util.HashMap;
import java.util.Map;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.spark.SparkReadOptions;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * How large the splits of the lake are. Iceberg makes them smaller than usual only if there were
 * fewer than cores; but if there are two for two cores, and one is twice the other, then a core
 * waits.
 *
 * @param lakeBytes size of all files
 * @param cores that tasks run on
 */
record LakeSplits(long lakeBytes, int cores) {
  /** Below this, starting another task takes longer than it saves. */
  static final long SMALLEST_BYTES = 16L << 20;

  private static final int SPLITS_PER_CORE = 4;

  /**
   * The options of a scan, with a size of splits if neither they nor the table have one.
   *
   * @param properties of the table
   */
  CaseInsensitiveStringMap addTo(CaseInsensitiveStringMap options, Map<String, String> properties) {
    long bytes = Math.max(SMALLEST_BYTES, lakeBytes / ((long) SPLITS_PER_CORE * cores));
    if (options.containsKey(SparkReadOptions.SPLIT_SIZE)
        || properties.containsKey(TableProperties.SPLIT_SIZE)
        || bytes >= TableProperties.SPLIT_SIZE_DEFAULT) {
      return options;
    }
    Map<String, String> more = new HashMap<>(options.asCaseSensitiveMap());
    more.put(SparkReadOptions.SPLIT_SIZE, Long.toString(bytes));
    return new CaseInsensitiveStringMap(more);
  }
}
