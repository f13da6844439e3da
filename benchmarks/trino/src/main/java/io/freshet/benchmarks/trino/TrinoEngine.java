/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks.trino;

import com.sun.management.OperatingSystemMXBean;
import io.freshet.benchmarks.SqlEngine;
import io.freshet.testing.ServerProcess;
import io.freshet.trino.shell.LocalTrino;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** One Trino node in this process, asked through JDBC. */
final class TrinoEngine implements SqlEngine {
  private static final String TABLE = "bench.events";

  /** Columns of a row by its id and the number of its update. */
  private static final String ROW =
      "id, CAST(id %% 1000 AS integer) AS customer, id * 31 + %1$d AS clicks, id %% 7919 AS visits,"
          + " CAST(id AS double) / 7 + %1$d AS score, sqrt(id) AS weight, CAST(id %% 100000 AS"
          + " decimal(15, 2)) AS amount, CAST(from_unixtime(1700000000 + id) AS timestamp(6) with time"
          + " zone) AS at, concat('region ', CAST(id %% 20 AS varchar)) AS region, concat('a note of"
          + " row ', CAST(id AS varchar), ' and ', '%1$d') AS note";

  private static final long IDS_PER_ROW = 10_000;

  private final ServerProcess server;
  private final LocalTrino trino;
  private final Connection connection;

  private TrinoEngine(ServerProcess server, LocalTrino trino, Connection connection) {
    this.server = server;
    this.trino = trino;
    this.connection = connection;
  }

  static TrinoEngine start(Path data) throws SQLException {
    ServerProcess server = new ServerProcess(data);
    LocalTrino trino = LocalTrino.start(0, server.uri(), server.lakeUri());
    String url =
        "jdbc:trino://" + trino.uri().getHost() + ":" + trino.uri().getPort() + "?user=benchmarks";
    return new TrinoEngine(server, trino, DriverManager.getConnection(url));
  }

  @Override
  public String union() {
    return "freshet." + TABLE;
  }

  @Override
  public String base() {
    return "lake." + TABLE;
  }

  @Override
  public String copy() {
    return "lake.bench.copy";
  }

  @Override
  public void createUnion() {
    query("CREATE SCHEMA freshet.bench");
    query(
        "CREATE TABLE "
            + union()
            + " (id bigint, customer integer, clicks bigint, visits bigint, score double, weight double,"
            + " amount decimal(15, 2), at timestamp(6) with time zone, region varchar, note varchar) WITH"
            + " (primary_key = ARRAY['id'], freshness = '7d', tiering_size = '1TB')");
  }

  @Override
  public void write(int update, long from, long to, int fromPercent, int toPercent) {
    // A sequence is one value, so that of many rows is made of two.
    query(
        "INSERT INTO "
            + union()
            + " SELECT "
            + String.format(ROW, update)
            + " FROM (SELECT block + id AS id FROM UNNEST(sequence("
            + from
            + ", "
            + (to - 1)
            + ", "
            + IDS_PER_ROW
            + ")) b(block) CROSS JOIN UNNEST(sequence(0, "
            + (IDS_PER_ROW - 1)
            + ")) i(id)) WHERE id < "
            + to
            + " AND id % 100 >= "
            + fromPercent
            + " AND id % 100 < "
            + toPercent);
  }

  @Override
  public void tier() {
    query("CALL freshet.system.tier('bench', 'events')");
  }

  @Override
  public void writeCopy() {
    query("DROP TABLE IF EXISTS " + copy());
    query(
        "CREATE TABLE "
            + copy()
            + " WITH (format_version = 3) AS SELECT * FROM "
            + union()
            + " ORDER BY id");
  }

  @Override
  public String fingerprint() {
    return "to_hex(checksum(note))";
  }

  @Override
  public String query(String sql) {
    try (Statement statement = connection.createStatement()) {
      if (!statement.execute(sql)) {
        return "";
      }
      try (ResultSet rows = statement.getResultSet()) {
        List<String> first = new ArrayList<>();
        while (rows.next()) {
          for (int i = 1; first.size() < rows.getMetaData().getColumnCount(); i++) {
            first.add(rows.getString(i));
          }
        }
        return first.toString();
      }
    } catch (SQLException e) {
      throw new IllegalStateException("Trino can't run " + sql + ": " + e.getMessage(), e);
    }
  }

  @Override
  public double cpuSeconds() {
    OperatingSystemMXBean own =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return own.getProcessCpuTime() / 1e9 + server.cpuSeconds();
  }

  @Override
  public void close() throws SQLException, IOException {
    try (server;
        trino) {
      connection.close();
    }
  }
}
