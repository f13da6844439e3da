/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a table tells its rows apart and spreads them, and its properties. */
final class KeyAndBucketArguments {
  @Option(
      names = "--primary-key",
      paramLabel = "COLUMN",
      split = ",",
      description =
          "Columns that tell rows apart: a row that is written takes the place of the one with the same"
              + " key. Without it rows are only added.")
  private List<String> primaryKey = new ArrayList<>();

  @Option(
      names = "--buckets",
      paramLabel = "N",
      description = "How many logs the table's writes are spread over. Default: 4.")
  private @Nullable Integer buckets;

  @Option(
      names = "--bucket-key",
      paramLabel = "COLUMN",
      split = ",",
      description =
          "Columns whose values choose a row's bucket. Default: the primary key, or round robin.")
  private List<String> bucketKey = new ArrayList<>();

  @Option(
      names = "--property",
      paramLabel = "KEY=VALUE",
      description =
          "A table property, of Freshet (freshet.freshness=10s: rows move to the lake when they are"
              + " this old) or of Iceberg. Repeat it for more.")
  private Map<String, String> properties = new LinkedHashMap<>();

  List<String> primaryKey() {
    return primaryKey;
  }

  @Nullable Integer buckets() {
    return buckets;
  }

  List<String> bucketKey() {
    return bucketKey;
  }

  Map<String, String> properties() {
    return properties;
  }
}
