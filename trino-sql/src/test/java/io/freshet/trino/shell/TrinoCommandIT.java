/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.shell;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.protocol.Json;
import io.freshet.testing.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as it is run, in a process of its own. */
final class TrinoCommandIT {
  private static final long MINUTES = 3;

  @TempDir static Path folder;
  private static ServerProcess server;

  @BeforeAll
  static void start() {
    server = new ServerProcess(folder.resolve("data"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** What a command has printed, and its exit code. */
  private record Ended(int code, String out, String err) {}

  @Test
  void statementsSeeTheUnionByOneCatalogAndThePlainLakeByAnother() throws Exception {
    Path script = folder.resolve("script.sql");
    Files.writeString(
        script,
        """
        CREATE SCHEMA demo;
        CREATE TABLE demo.t (id bigint, s varchar) WITH (freshness = '1d');
        INSERT INTO demo.t VALUES (1, 'a;b'), (2, null);
        CALL freshet.system.tier('demo', 't');
        INSERT INTO demo.t VALUES (3, 'c');
        SELECT s FROM demo.t WHERE id = 3;
        """);
    Ended made = run("--uri", server.uri(), "--output-format", "CSV", "-f", script.toString());
    assertThat(made.code()).as(made.err()).isZero();
    assertThat(made.out()).contains("\"c\"");

    Ended asked =
        run(
            "--server",
            server.uri(),
            "--json",
            "-e",
            "SELECT * FROM demo.t ORDER BY id; SELECT count(*) AS n FROM lake.demo.t;"
                + " SELECT * FROM demo.nothing");
    assertThat(asked.code()).as(asked.err()).isEqualTo(3);
    List<JsonNode> answers =
        asked.out().lines().filter(line -> line.startsWith("{")).map(Json::tree).toList();
    assertThat(answers.get(0).get("rows").toString())
        .isEqualTo("[{\"id\":1,\"s\":\"a;b\"},{\"id\":2,\"s\":null},{\"id\":3,\"s\":\"c\"}]");
    assertThat(answers.get(0).get("millis").asLong()).isPositive();
    assertThat(answers.get(1).get("statement").asText())
        .isEqualTo("SELECT count(*) AS n FROM lake.demo.t");
    assertThat(answers.get(1).get("rows").toString()).isEqualTo("[{\"n\":2}]");
    assertThat(asked.err()).contains("{\"error\":").contains("demo.nothing' does not exist");
  }

  @Test
  void aStatementThatFailsEndsWithItsMessage() throws Exception {
    Ended failed =
        run("--uri", server.uri(), "-e", "SELECT 7 AS seven; SELECT * FROM missing.t; SELECT 8");
    assertThat(failed.code()).isEqualTo(1);
    assertThat(failed.out()).contains("seven").doesNotContain("8");
    assertThat(failed.err()).contains("Schema 'missing' does not exist");
  }

  @Test
  void aServerThatIsAwayIsNamedBeforeTrinoStarts() throws Exception {
    Ended failed = run("--uri", "grpc://127.0.0.1:1", "-e", "SELECT 1");
    assertThat(failed.code()).isEqualTo(1);
    assertThat(failed.err()).contains("error: No Freshet server answers at grpc://127.0.0.1:1");
  }

  @Test
  void wrongCommandLinesAreExplained() throws Exception {
    Ended failed = run("--json");
    assertThat(failed.code()).isEqualTo(2);
    assertThat(failed.err())
        .contains("--json needs --execute: write freshet trino --json -e \"SELECT 1\"");
  }

  private static Ended run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx800m",
            "-XX:+UseG1GC",
            "-XX:G1HeapRegionSize=8M",
            "--add-modules=jdk.incubator.vector",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "--enable-native-access=ALL-UNNAMED",
            "-D" + TrinoCommand.CLI_JAR + "=" + Path.of("target/trino-cli.jar").toAbsolutePath()));
    String surefire = System.getProperty("surefire.test.class.path");
    String classPath = surefire != null ? surefire : System.getProperty("java.class.path");
    command.addAll(List.of("-cp", classPath, TrinoCommand.class.getName()));
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile(folder, "out", ".txt");
    Path err = Files.createTempFile(folder, "err", ".txt");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
      process.destroyForcibly().waitFor();
    }
    return new Ended(
        process.exitValue(), Files.readString(out, UTF_8), Files.readString(err, UTF_8));
  }
}
