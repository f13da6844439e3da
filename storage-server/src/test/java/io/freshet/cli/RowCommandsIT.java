/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.server.TestServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RowCommandsIT {
  private static final String WRITER = "00000000-0000-0000-0000-000000000001";

  @TempDir private Path folder = Path.of("");

  private TestServer server;

  @BeforeEach
  void start() {
    server = new TestServer(folder.resolve("data"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void writtenRowsAreReadFromLakeAndServer() throws IOException {
    CommandRun written = run("write", "db.t", csv("a.csv", 0, 25), "--create");
    assertThat(written.exitCode()).isZero();
    assertThat(written.out()).startsWith("Wrote 25 rows to db.t in ").endsWith("all durable)\n");
    assertThat(written.err()).startsWith("Created table db.t: id long, name string");

    CommandRun tiered = run("tier", "db.t");
    assertThat(tiered.out()).startsWith("Moved 25 rows of db.t into the lake in ");
    assertThat(run("tier", "db.t").out()).startsWith("Table db.t has no fresh rows");

    JsonNode json = run("write", "db.t", csv("b.csv", 25, 30), "--json").json();
    assertThat(json.get("rows").asLong()).isEqualTo(5);

    CommandRun count = run("read", "db.t", "--count");
    assertThat(count.out()).isEqualTo("30" + System.lineSeparator());
    assertThat(count.err()).startsWith("Rows: 25 lake, 5 fresh");
    JsonNode counts = run("read", "db.t", "--count", "--json").json();
    assertThat(counts.get("rows").asLong()).isEqualTo(30);
    assertThat(counts.get("lake-rows").asLong()).isEqualTo(25);
    assertThat(counts.get("fresh-rows").asLong()).isEqualTo(5);
    assertThat(run("read", "db.t", "--count", "--fresh").out()).isEqualTo("5\n");
    assertThat(run("read", "db.t", "--count", "--lake").out()).isEqualTo("25\n");
    assertThat(run("read", "db.t", "--count", "--where", "id >= 24").out()).isEqualTo("6\n");

    CommandRun some =
        run("read", "db.t", "--where", "id >= 24 and id < 26", "--columns", "name,id", "--json");
    assertThat(some.out().lines().sorted())
        .containsExactly("{\"name\":\"row 24\",\"id\":24}", "{\"name\":\"row 25\",\"id\":25}");
  }

  @Test
  void rowsWithTheSameKeyTakeEachOthersPlace() throws IOException {
    run("table", "create", "db.k", "--columns", "id long, name string", "--primary-key", "id");
    run("write", "db.k", csv("a.csv", 0, 25));
    run("tier", "db.k");
    run("write", "db.k", csv("b.csv", 20, 30));

    CommandRun count = run("read", "db.k", "--count");
    assertThat(count.out()).isEqualTo("30" + System.lineSeparator());
    assertThat(count.err()).startsWith("Rows: 20 lake, 10 fresh");
    assertThat(run("read", "db.k").out()).contains("(30 rows)");
    assertThat(run("read", "db.k", "--count", "--lake").out()).isEqualTo("25\n");
    assertThat(run("compact", "db.k").out())
        .isEqualTo("Table db.k has no files that are worth rewriting\n");
    run("tier", "db.k");
    assertThat(run("expire", "db.k", "--older-than", "0s").out())
        .startsWith("Removed 1 snapshots of db.k");
    assertThat(run("read", "db.k", "--count").out()).isEqualTo("30\n");
  }

  @Test
  void aTerminalShowsTwentyRowsUnlessToldOtherwise() throws IOException {
    run("write", "db.t", csv("a.csv", 0, 25), "--create");
    String address = server.server().flightUri();

    CommandRun first = CommandRun.onTerminal("read", "db.t", "--server", address);
    assertThat(first.out()).contains("(20 rows)");
    assertThat(first.err()).contains("Rows: 0 lake, 20 fresh", "There are more: --limit 0");
    CommandRun all = CommandRun.onTerminal("read", "db.t", "--limit", "0", "--server", address);
    assertThat(all.out()).contains("(25 rows)");
    assertThat(all.err()).doesNotContain("more");
    assertThat(run("read", "db.t", "--limit", "25").err()).doesNotContain("more");
    assertThat(run("read", "db.t").out()).contains("(25 rows)");
    assertThat(run("read", "db.t", "--limit", "3", "--json").jsonLines()).hasSize(3);
  }

  @Test
  void aRepetitionWithAWriterIdAddsNothing() throws IOException {
    String file = csv("a.csv", 0, 1000);
    for (int i = 0; i < 2; i++) {
      run("write", "db.t", file, "--create", "--writer-id", WRITER, "--batch-rows", "100");
      assertThat(run("read", "db.t", "--count").out()).isEqualTo("1000\n");
    }
  }

  @Test
  void badRowsTellWhereTheyAreAndWhatWasWritten() throws IOException {
    run("table", "create", "db.t", "--columns", "id long, name string");
    Path file = Path.of(csv("a.csv", 0, 250));
    String text = Files.readString(file);
    Files.writeString(file, text.replace("\n230,", "\nx,"));

    CommandRun failed =
        run("write", "db.t", file.toString(), "--batch-rows", "100", "--writer-id", WRITER);
    assertThat(failed.exitCode()).isEqualTo(3);
    assertThat(failed.err())
        .startsWith("error: a.csv line 232, column id: ")
        .contains("Before that, 200 rows were written, 200 of them of this file.")
        .contains("with --writer-id " + WRITER + " adds none of them twice")
        .hasLineCount(1);
    assertThat(run("read", "db.t", "--count").out()).isEqualTo("200\n");

    Files.writeString(file, text);
    run("write", "db.t", file.toString(), "--batch-rows", "100", "--writer-id", WRITER);
    assertThat(run("read", "db.t", "--count").out()).isEqualTo("250\n");
  }

  @Test
  void theStandardInputIsAFile() {
    run("table", "create", "db.t", "--columns", "id long");
    InputStream before = System.in;
    System.setIn(
        new ByteArrayInputStream("{\"id\":1}\n{\"id\":2}\n".getBytes(StandardCharsets.UTF_8)));
    try {
      assertThat(run("write", "db.t", "-", "--format", "json").out()).startsWith("Wrote 2 rows");
    } finally {
      System.setIn(before);
    }
  }

  @Test
  void whatAUserCanGetWrongIsOneLine() throws IOException {
    String file = csv("a.csv", 0, 10);
    assertError(3, "There is no table db.t: --create makes it", "write", "db.t", file);
    assertError(3, "There is no file none.csv", "write", "db.t", "none.csv");
    assertError(2, "Missing required parameter: 'FILE'", "write", "db.t");
    assertError(
        2, "--create reads a file twice", "write", "db.t", "-", "--format", "csv", "--create");
    assertError(2, "--batch-rows takes 1 to 1000000", "write", "db.t", file, "--batch-rows", "0");
    assertError(
        2, "Invalid value for option '--writer-id'", "write", "db.t", file, "--writer-id", "x");

    run("table", "create", "db.t", "--columns", "id long");
    assertError(3, "a.csv has the column name, which the table lacks", "write", "db.t", file);

    assertError(3, "There is no table db.none", "read", "db.none");
    assertError(3, "There is no column x; the columns are [id]", "read", "db.t", "--columns", "x");
    assertError(3, "Filter can't be read at position 5", "read", "db.t", "--where", "id >");
    assertError(2, "--limit takes a number of rows", "read", "db.t", "--limit", "-1");
    assertError(2, "--fresh, --lake are mutually exclusive", "read", "db.t", "--fresh", "--lake");
  }

  @Test
  void statusShowsEveryTable() throws IOException {
    run("write", "db.t", csv("a.csv", 0, 10), "--create");
    run("tier", "db.t");
    run("write", "db.t", csv("b.csv", 10, 12));
    run("table", "create", "db.u", "--columns", "id long", "--property", "freshet.freshness=90s");

    assertThat(run("status").out())
        .contains("Server         " + server.server().flightUri())
        .contains("Lake catalog   " + server.server().lakeUri())
        .containsPattern("db.t +\\| +10 \\| +2 \\|")
        .containsPattern("db.u +\\| +0 \\| +0 \\| +0 B \\| +90 s");
    JsonNode tables = run("status", "--json").json().get("tables");
    assertThat(tables.get(0).get("lake-rows").asLong()).isEqualTo(10);
    assertThat(tables.get(0).get("fresh-rows").asLong()).isEqualTo(2);
    assertThat(tables.get(1).get("freshness-millis").asLong()).isEqualTo(90_000);
  }

  private void assertError(int exitCode, String message, String... arguments) {
    CommandRun run = run(arguments);
    assertThat(run.err()).startsWith("error: ").contains(message).hasLineCount(1);
    assertThat(run.exitCode()).isEqualTo(exitCode);
  }

  private String csv(String name, long from, long to) throws IOException {
    String rows =
        LongStream.range(from, to)
            .mapToObj(id -> id + ",row " + id)
            .collect(Collectors.joining("\n"));
    return Files.writeString(folder.resolve(name), "id,name\n" + rows + "\n").toString();
  }

  private CommandRun run(String... arguments) {
    return CommandRun.of(
        Stream.concat(Arrays.stream(arguments), Stream.of("--server", server.server().flightUri()))
            .toArray(String[]::new));
  }
}
