/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.shell;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.protocol.Json;
import io.freshet.testing.ServerProcess;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.DumbTerminal;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SparkSqlCommandIT {
  @TempDir private static Path folder;
  private static ServerProcess server;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeAll
  static void start() {
    server = new ServerProcess(folder.resolve("data"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void statementsSeeTheUnionByOneCatalogAndThePlainLakeByAnother() throws IOException {
    Path script = folder.resolve("script.sql");
    Files.writeString(
        script,
        """
        CREATE NAMESPACE demo;
        CREATE TABLE demo.t (id BIGINT, s STRING); -- in Freshet, which is the default
        INSERT INTO demo.t VALUES (1, 'a;b'), (2, null);
        CALL freshet.system.tier('demo.t');
        INSERT INTO demo.t VALUES (3, 'c');
        """);
    assertThat(run("-f", script.toString())).as(this::error).isZero();

    assertThat(
            run(
                "--json",
                "-e",
                "SELECT * FROM demo.t ORDER BY id; SELECT count(*) AS n FROM lake.demo.t"))
        .as(this::error)
        .isZero();
    List<JsonNode> answers =
        out.toString(UTF_8).lines().filter(line -> line.startsWith("{")).map(Json::tree).toList();
    assertThat(answers.get(0).get("rows").toString())
        .isEqualTo("[{\"id\":1,\"s\":\"a;b\"},{\"id\":2,\"s\":null},{\"id\":3,\"s\":\"c\"}]");
    assertThat(answers.get(1).get("statement").asText())
        .isEqualTo("SELECT count(*) AS n FROM lake.demo.t");
    assertThat(answers.get(1).get("rows").toString()).isEqualTo("[{\"n\":2}]");
    assertThat(answers.get(1).get("millis").asLong()).isPositive();
  }

  @Test
  void firstStatementThatFailsIsTheLast() {
    assertThat(run("-e", "SELECT 7 AS seven; SELECT * FROM demo.nothing; SELECT 8 AS eight"))
        .isEqualTo(3);

    assertThat(out.toString(UTF_8)).contains("|seven|", "|7    |").doesNotContain("eight");
    assertThat(err.toString(UTF_8))
        .startsWith("error: [TABLE_OR_VIEW_NOT_FOUND]")
        .contains("nothing");
  }

  @Test
  void serverThatIsAwayIsNamedBeforeSparkStarts() {
    assertThat(run("--uri", "grpc://127.0.0.1:1", "-e", "SELECT 1")).isEqualTo(1);

    assertThat(err.toString(UTF_8))
        .startsWith("error: No Freshet server answers at grpc://127.0.0.1:1");
  }

  @Test
  void fileThatIsNotThereIsNamed() {
    assertThat(run("-f", "/no/such.sql")).isEqualTo(3);

    assertThat(err.toString(UTF_8)).isEqualTo("error: There is no file /no/such.sql\n");
  }

  @Test
  void promptTakesStatementsOfSeveralLinesAndGoesOnAfterAnError() throws IOException {
    String typed = "SELECT\n 40 + 2\n AS answer;\nSELECT nope;\nSELECT 'on' AS goes;\nquit\n";
    PrintStream printed = new PrintStream(out, true, UTF_8);
    List<String> failures = new ArrayList<>();
    try (SqlSession session = SqlSession.start(server.uri(), server.lakeUri(), Map.of());
        Terminal terminal =
            new DumbTerminal(
                "typed", "dumb", new ByteArrayInputStream(typed.getBytes(UTF_8)), out, UTF_8)) {
      new Prompt(
              session,
              new TableAnswers(printed, 10),
              failure -> failures.add(SqlFailure.message(failure)))
          .run(terminal, Map.of());
    }

    assertThat(out.toString(UTF_8)).contains("|answer|", "|42    |", "|goes|", "|on  |");
    assertThat(failures).singleElement().asString().contains("nope");
  }

  private int run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    if (!all.contains("--uri")) {
      all.addAll(List.of("--uri", server.uri()));
    }
    return SparkSqlCommand.run(
        new PrintStream(out, true, UTF_8),
        new PrintStream(err, true, UTF_8),
        all.toArray(String[]::new));
  }

  private String error() {
    return err.toString(UTF_8);
  }
}
