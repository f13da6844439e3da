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
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Spark and Trino give the same rows of one table at each moment at which its writing pauses, and
 * each of them sees what the other one wrote.
 */
final class SparkAndTrinoIT {
  private static final List<String> QUERIES =
      List.of(
          "SELECT id, region, amount, score, CAST(day AS VARCHAR(10)) AS day FROM demo.pairs ORDER BY id",
          "SELECT region, count(*) AS n, sum(amount) AS total FROM demo.pairs GROUP BY region ORDER BY"
              + " region NULLS LAST",
          "SELECT count(*) AS n FROM demo.pairs WHERE day >= DATE '2026-01-05' AND region <> 'north'",
          "SELECT max(score) AS top, min(id) AS least FROM demo.pairs WHERE id BETWEEN 10 AND 60",
          "SELECT a.id, b.score FROM demo.pairs a JOIN demo.pairs b ON a.id = b.id - 1 ORDER BY a.id",
          "SELECT count(*) AS n FROM lake.demo.pairs");

  private static final String ROWS =
      "SELECT id, 'north' AS region, CAST(id AS DECIMAL(12, 2)) AS amount, CAST(id AS DOUBLE) / 2 AS"
          + " score, DATE '2026-01-01' AS day FROM ";

  @TempDir private Path folder;

  @Test
  @Timeout(300)
  void answersAreTheSameWhoeverWrites() throws Exception {
    try (ServerProcess server = new ServerProcess(folder.resolve("data"));
        LocalTrino trino = LocalTrino.start(0, server.uri(), server.lakeUri())) {
      trino(
          trino,
          "CREATE SCHEMA demo",
          "CREATE TABLE demo.pairs (id bigint, region varchar, amount decimal(12, 2), score double, day"
              + " date) WITH (primary_key = ARRAY['id'], buckets = 3, partitioning = ARRAY['region'],"
              + " freshness = '1d')",
          "INSERT INTO demo.pairs " + ROWS + "UNNEST(sequence(1, 100)) t(id)",
          "CALL freshet.system.tier('demo', 'pairs')",
          "UPDATE demo.pairs SET region = 'south', day = DATE '2026-01-07' WHERE id % 3 = 0",
          "DELETE FROM demo.pairs WHERE id % 10 = 7");
      assertSame(spark(server, List.of()), trino(trino, QUERIES.toArray(String[]::new)));

      trino(
          trino,
          "CALL freshet.system.tier('demo', 'pairs')",
          "INSERT INTO demo.pairs VALUES (7, null, 7.5, nan(), DATE '2026-02-01')",
          "DELETE FROM demo.pairs WHERE id = 3");
      List<JsonNode> spark =
          spark(
              server,
              List.of(
                  "INSERT INTO demo.pairs " + ROWS + "range(90, 120)",
                  "UPDATE demo.pairs SET score = -1, region = 'west' WHERE id BETWEEN 20 AND 40",
                  "DELETE FROM demo.pairs WHERE id = 101"));
      assertSame(spark, trino(trino, QUERIES.toArray(String[]::new)));
    }
  }

  private static void assertSame(List<JsonNode> spark, List<JsonNode> trino) {
    assertThat(spark).hasSameSizeAs(QUERIES);
    for (int i = 0; i < QUERIES.size(); i++) {
      List<Map<String, String>> rows = rows(trino.get(i));
      assertThat(rows).as(QUERIES.get(i)).isNotEmpty();
      assertThat(rows(spark.get(i))).as(QUERIES.get(i)).isEqualTo(rows);
    }
  }

  /** Values as text, since the engines write numbers in different ways. */
  private static List<Map<String, String>> rows(JsonNode answer) {
    List<Map<String, String>> rows = new ArrayList<>();
    for (JsonNode row : answer.get("rows")) {
      Map<String, String> values = new LinkedHashMap<>();
      row.properties()
          .forEach(field -> {
            JsonNode value = field.getValue();
            values.put(
                field.getKey(),
                value.isNumber() ? Double.toString(value.asDouble()) : value.asText());
          });
      rows.add(values);
    }
    return rows;
  }

  private static List<JsonNode> trino(LocalTrino trino, String... statements) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new JsonAnswers(new PrintStream(out, true, UTF_8)).run(trino.uri(), List.of(statements));
    return out.toString(UTF_8).lines().map(Json::tree).toList();
  }

  /** The answers to the queries, after other statements, by the command of this checkout. */
  private List<JsonNode> spark(ServerProcess server, List<String> before) throws Exception {
    List<String> statements = new ArrayList<>(before);
    statements.addAll(QUERIES);
    Path out = Files.createTempFile(folder, "spark", ".txt");
    Process process =
        new ProcessBuilder(
                "../freshet",
                "spark-sql",
                "--uri",
                server.uri(),
                "--json",
                "-e",
                String.join(";\n", statements))
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    boolean hasEnded = process.waitFor(4, TimeUnit.MINUTES);
    process.destroy();
    String text = Files.readString(out, UTF_8);
    assertThat(hasEnded).as(text).isTrue();
    assertThat(process.exitValue()).as(text).isZero();
    List<JsonNode> answers =
        text.lines().filter(line -> line.startsWith("{\"statement\"")).map(Json::tree).toList();
    return answers.subList(before.size(), answers.size());
  }
}
