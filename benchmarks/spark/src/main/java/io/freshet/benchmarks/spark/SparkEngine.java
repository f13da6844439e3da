/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks.spark;

import com.sun.management.OperatingSystemMXBean;
import io.freshet.benchmarks.SqlEngine;
import io.freshet.testing.ServerProcess;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Spark SQL in this process. */
final class SparkEngine implements SqlEngine {
  private static final String TABLE = "bench.events";

  /** Columns of a row by its id and the number of its update. */
  private static final String ROW =
      "id, CAST(id %% 1000 AS INT) AS customer, id * 31 + %1$d AS clicks, id %% 7919 AS visits, id /"
          + " 7 + %1$d AS score, sqrt(id) AS weight, CAST(id %% 100000 AS DECIMAL(15, 2)) AS amount,"
          + " timestamp_seconds(1700000000 + id) AS at, CONCAT('region ', id %% 20) AS region,"
          + " CONCAT('a note of row ', id, ' and ', %1$d) AS note";

  private final ServerProcess server;
  private final SparkSession spark;

  private SparkEngine(ServerProcess server, SparkSession spark) {
    this.server = server;
    this.spark = spark;
  }

  static SparkEngine start(Path data) {
    ServerProcess server = new ServerProcess(data);
    return new SparkEngine(server, session(server));
  }

  @Override
  public String union() {
    return "freshet." + TABLE;
  }

  @Override
  public String base() {
    return "plain." + TABLE;
  }

  @Override
  public String copy() {
    return "plain.bench.copy";
  }

  @Override
  public void createUnion() {
    spark.sql("CREATE NAMESPACE freshet.bench");
    spark.sql(
        "CREATE TABLE "
            + union()
            + " (id BIGINT NOT NULL, customer INT, clicks BIGINT, visits BIGINT, score DOUBLE, weight"
            + " DOUBLE, amount DECIMAL(15, 2), at TIMESTAMP, region STRING, note STRING, PRIMARY KEY"
            + " (id)) TBLPROPERTIES ('freshet.freshness' = '7d', 'freshet.tiering.size' = '1TB')");
  }

  @Override
  public void write(int update, long from, long to, int fromPercent, int toPercent) {
    spark.sql(
        "INSERT INTO "
            + union()
            + " SELECT "
            + String.format(ROW, update)
            + " FROM range("
            + from
            + ", "
            + to
            + ") WHERE id % 100 >= "
            + fromPercent
            + " AND id % 100 < "
            + toPercent);
  }

  @Override
  public void tier() {
    spark.sql("CALL freshet.system.tier('" + TABLE + "')");
  }

  @Override
  public void writeCopy() {
    spark.sql("DROP TABLE IF EXISTS " + copy() + " PURGE");
    spark.sql(
        "CREATE TABLE "
            + copy()
            + " TBLPROPERTIES ('format-version' = '3') AS SELECT * FROM "
            + union()
            + " ORDER BY id");
  }

  @Override
  public String fingerprint() {
    return "sum(hash(note))";
  }

  @Override
  public String query(String sql) {
    List<Row> rows = spark.sql(sql).collectAsList();
    return rows.isEmpty() ? "" : rows.get(0).toString();
  }

  @Override
  public double cpuSeconds() {
    OperatingSystemMXBean own =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return own.getProcessCpuTime() / 1e9 + server.cpuSeconds();
  }

  @Override
  public void close() {
    try (server) {
      spark.stop();
    }
  }

  private static SparkSession session(ServerProcess server) {
    return SparkSession.builder()
        .master("local[*]")
        .appName("spark-union")
        .config("spark.ui.enabled", false)
        .config("spark.sql.shuffle.partitions", Runtime.getRuntime().availableProcessors())
        .config("spark.sql.warehouse.dir", System.getProperty("java.io.tmpdir"))
        .config("spark.sql.catalog.freshet", "io.freshet.spark.FreshetCatalog")
        .config("spark.sql.catalog.freshet.uri", server.uri())
        .config("spark.sql.catalog.plain", "org.apache.iceberg.spark.SparkCatalog")
        .config("spark.sql.catalog.plain.type", "rest")
        .config("spark.sql.catalog.plain.uri", server.lakeUri())
        .config("spark.sql.catalog.plain.warehouse", "lake")
        .getOrCreate();
  }
}
