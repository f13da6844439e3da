/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.shell;

import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** A Spark session in this process, with the catalogs {@code freshet} and {@code lake}. */
final class SqlSession implements AutoCloseable {
  private final SparkSession spark;

  private SqlSession(SparkSession spark) {
    this.spark = spark;
  }

  /**
   * @param uri the Freshet server
   * @param lakeUri its Iceberg REST catalog
   * @param settings of Spark, which go before these
   */
  static SqlSession start(String uri, String lakeUri, Map<String, String> settings) {
    Path warehouse = Path.of(System.getProperty("java.io.tmpdir"), "freshet-spark-sql");
    SparkSession.Builder builder =
        SparkSession.builder()
            .master("local[*]")
            .appName("freshet spark-sql")
            .config("spark.ui.enabled", false)
            .config("spark.ui.showConsoleProgress", false)
            .config("spark.sql.shuffle.partitions", Runtime.getRuntime().availableProcessors())
            .config("spark.sql.warehouse.dir", warehouse.toString())
            .config("spark.sql.jsonGenerator.ignoreNullFields", false)
            .config("spark.sql.defaultCatalog", "freshet")
            .config("spark.sql.catalog.freshet", "io.freshet.spark.FreshetCatalog")
            .config("spark.sql.catalog.freshet.uri", uri)
            .config("spark.sql.catalog.lake", "org.apache.iceberg.spark.SparkCatalog")
            .config("spark.sql.catalog.lake.type", "rest")
            .config("spark.sql.catalog.lake.uri", lakeUri)
            .config("spark.sql.catalog.lake.warehouse", "lake")
            .config("spark.sql.catalog.lake.cache-enabled", false);
    settings.forEach(builder::config);
    return new SqlSession(builder.getOrCreate());
  }

  void run(String statement, Answers answers) {
    long startNanos = System.nanoTime();
    Dataset<Row> rows = spark.sql(statement);
    answers.print(statement, rows, startNanos);
  }

  /** Ends what runs, from any thread; its statement fails. */
  void cancel() {
    spark.sparkContext().cancelAllJobs();
  }

  @Override
  public void close() {
    spark.stop();
  }
}
