/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.containers;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.testing.ServerProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.Testcontainers;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/** StarRocks runs the statements of its page of the docs, on a lake in MinIO. */
final class StarRocksIT {
  private static final Path PAGE = Path.of("..", "docs", "starrocks.md");
  private static final int STARROCKS_PORT = 9030;
  private static final int MINIO_PORT = 9000;
  private static final String BUCKET = "lake";
  private static final String USER = "freshet";
  private static final String PASSWORD = "freshet-secret";

  @TempDir Path data;

  @Test
  void starRocksReadsFreshRowsByTheStatementsOfTheDocs() throws Exception {
    Docker.assume();
    try (Network network = Network.newNetwork();
        GenericContainer<?> storage = storage(network);
        GenericContainer<?> starRocks = starRocks(network)) {
      storage.start();
      try (ServerProcess server = server(storage)) {
        Testcontainers.exposeHostPorts(URI.create(server.lakeUri()).getPort());
        starRocks.start();
        Orders.write(server.uri());
        try (Connection connection = connect(starRocks);
            Statement statement = connection.createStatement()) {
          statement.execute(catalog(URI.create(server.lakeUri()).getPort()));
          try (ResultSet rows =
              statement.executeQuery("SELECT count(*), sum(price) FROM freshet." + Orders.TABLE)) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getLong(1)).isEqualTo(Orders.COUNT);
            assertThat(rows.getLong(2)).isEqualTo(Orders.SUM);
          }
        }
      }
    }
  }

  private static GenericContainer<?> storage(Network network) {
    return new GenericContainer<>(DockerImageName.parse("minio/minio:latest"))
        .withNetwork(network)
        .withNetworkAliases("minio")
        .withEnv("MINIO_ROOT_USER", USER)
        .withEnv("MINIO_ROOT_PASSWORD", PASSWORD)
        .withCreateContainerCmdModifier(command -> command.withEntrypoint("sh"))
        .withCommand("-c", "mkdir -p /data/" + BUCKET + " && minio server /data")
        .withExposedPorts(MINIO_PORT)
        .waitingFor(Wait.forHttp("/minio/health/ready").forPort(MINIO_PORT));
  }

  private static GenericContainer<?> starRocks(Network network) {
    return new GenericContainer<>(DockerImageName.parse("starrocks/allin1-ubuntu:latest"))
        .withNetwork(network)
        .withAccessToHost(true)
        .withExposedPorts(STARROCKS_PORT)
        .waitingFor(
            Wait.forLogMessage(".*Enjoy the journey to StarRocks.*", 1)
                .withStartupTimeout(Duration.ofMinutes(5)));
  }

  private ServerProcess server(GenericContainer<?> storage) {
    return new ServerProcess(
        data,
        "--lake",
        "warehouse=s3://" + BUCKET + "/warehouse",
        "--lake",
        "s3.endpoint=http://127.0.0.1:" + storage.getMappedPort(MINIO_PORT),
        "--lake",
        "s3.path-style-access=true",
        "--lake",
        "s3.access-key-id=" + USER,
        "--lake",
        "s3.secret-access-key=" + PASSWORD,
        "--lake",
        "client.region=us-east-1");
  }

  private static Connection connect(GenericContainer<?> starRocks) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:mariadb://127.0.0.1:" + starRocks.getMappedPort(STARROCKS_PORT) + "/?user=root");
  }

  /** The docs' own statement, with this test's addresses and keys. */
  private static String catalog(int port) throws IOException {
    Matcher statement =
        Pattern.compile("CREATE EXTERNAL CATALOG .*?;", Pattern.DOTALL)
            .matcher(Files.readString(PAGE));
    assertThat(statement.find()).as("%s creates a catalog", PAGE).isTrue();
    String documented = statement.group();
    assertThat(documented).contains("http://127.0.0.1:8181/");
    return documented
        .replace("127.0.0.1:8181", Docker.HOST + ":" + port)
        .replace(
            "PROPERTIES (",
            "PROPERTIES (\"aws.s3.endpoint\" = \"http://minio:"
                + MINIO_PORT
                + "\", \"aws.s3.enable_path_style_access\" = \"true\", \"aws.s3.access_key\" = \""
                + USER
                + "\", \"aws.s3.secret_key\" = \""
                + PASSWORD
                + "\", \"aws.s3.region\" = \"us-east-1\",");
  }
}
