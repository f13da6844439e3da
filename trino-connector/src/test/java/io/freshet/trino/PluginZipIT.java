/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.testing.ServerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The plugin as users get it: its zip in real servers, a coordinator and a worker, through JDBC.
 */
final class PluginZipIT {
  private static final Duration START = Duration.ofMinutes(3);

  @Test
  void aUnionIsReadThroughJdbc(@TempDir Path folder) throws Exception {
    int port = TrinoServerProcess.freePort();
    int workerPort = TrinoServerProcess.freePort();
    try (ServerProcess server = new ServerProcess(folder.resolve("data"));
        TrinoServerProcess coordinator =
            TrinoServerProcess.start(
                folder.resolve("coordinator"), "coordinator", port, port, server.uri());
        TrinoServerProcess worker =
            TrinoServerProcess.start(
                folder.resolve("worker"), "worker", workerPort, port, server.uri())) {
      try (Connection connection = awaitWorker(port, coordinator, worker);
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE SCHEMA zipped");
        statement.execute(
            "CREATE TABLE zipped.t (id bigint, name varchar) WITH (primary_key = ARRAY['id'])");
        statement.execute("INSERT INTO zipped.t VALUES (1, 'one'), (2, 'two'), (3, 'three')");
        statement.execute("CALL freshet.system.tier('zipped', 't')");
        statement.execute("INSERT INTO zipped.t VALUES (2, 'zwei'), (4, 'vier')");
        statement.execute("DELETE FROM zipped.t WHERE id = 3");
        try (ResultSet rows =
            statement.executeQuery(
                "SELECT listagg(name, ' ') WITHIN GROUP (ORDER BY id) FROM zipped.t")) {
          assertThat(rows.next()).isTrue();
          assertThat(rows.getString(1)).isEqualTo("one zwei vier");
        }
      }
    }
  }

  private static Connection awaitWorker(int port, TrinoServerProcess... servers)
      throws IOException {
    Instant deadline = Instant.now().plus(START);
    SQLException last = null;
    while (Instant.now().isBefore(deadline)) {
      for (TrinoServerProcess server : servers) {
        assertThat(server.isAlive()).withFailMessage(server.log()).isTrue();
      }
      try {
        Connection connection =
            DriverManager.getConnection("jdbc:trino://127.0.0.1:" + port + "/freshet?user=test");
        try (Statement statement = connection.createStatement();
            ResultSet rows =
                statement.executeQuery(
                    "SELECT count(*) FROM system.runtime.nodes"
                        + " WHERE NOT coordinator AND state = 'active'")) {
          if (rows.next() && rows.getLong(1) == 1) {
            return connection;
          }
        }
        connection.close();
      } catch (SQLException e) {
        last = e; // It is still starting.
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
    }
    throw new AssertionError("Trino did not start: " + servers[0].log(), last);
  }
}
