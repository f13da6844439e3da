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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TableCommandsIT {
  private static final String NO_SERVER = "grpc://127.0.0.1:1";

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
  void createdTableIsListedAndDescribed() {
    CommandRun created =
        run(
            "table",
            "create",
            "shop.orders",
            "--columns",
            "id long not null, price decimal(10,2) comment 'in EUR', at timestamp",
            "--partition-by",
            "day(at)",
            "--sort-by",
            "id desc",
            "--buckets",
            "2",
            "--bucket-key",
            "id",
            "--property",
            "freshet.freshness=1h");
    assertThat(created.err()).isEmpty();
    assertThat(created.exitCode()).isZero();
    assertThat(created.out()).startsWith("Created table shop.orders: id long not null, price");

    assertThat(run("table", "list").out()).isEqualTo("shop.orders" + System.lineSeparator());
    assertThat(run("table", "list", "other").out()).isEmpty();
    assertThat(run("table", "list", "shop", "--json").json().get("table").asText())
        .isEqualTo("shop.orders");

    assertThat(run("table", "describe", "shop.orders").out())
        .contains("Partitioned by    day(at)")
        .contains("Sorted by         id desc")
        .contains("Buckets           2 by id")
        .contains("Rows in the lake  0 (no snapshot yet)")
        .contains("Fresh rows        0 (0 B)")
        .contains("in EUR")
        .containsPattern("freshet.freshness +\\| 1h");
    JsonNode json = run("table", "describe", "shop.orders", "--json").json();
    assertThat(json.get("buckets").asInt()).isEqualTo(2);
    assertThat(json.get("bucket-key").get(0).asText()).isEqualTo("id");
    assertThat(json.get("schema").get("fields")).hasSize(3);
  }

  @Test
  void columnsComeFromAFileOrASchema() throws IOException {
    Path csv = Files.writeString(folder.resolve("a.csv"), "a;b\n1;x\n");
    run("table", "create", "db.a", "--like", csv.toString(), "--delimiter", ";");
    assertThat(run("table", "describe", "db.a").out()).contains("a      | long");

    Path schema =
        Files.writeString(
            folder.resolve("schema.json"),
            "{\"type\":\"struct\",\"fields\":[{\"id\":1,\"name\":\"x\",\"required\":true,\"type\":\"int\"}]}");
    CommandRun created = run("table", "create", "db.b", "--schema", schema.toString(), "--json");
    assertThat(created.json().get("schema").get("fields").get(0).get("name").asText())
        .isEqualTo("x");
  }

  @Test
  void ifNotExistsKeepsTheTableThatIsThere() {
    run("table", "create", "db.t", "--columns", "a int");
    CommandRun again = run("table", "create", "db.t", "--columns", "b int", "--if-not-exists");
    assertThat(again.exitCode()).isZero();
    assertThat(again.out()).startsWith("There is a table db.t: a int");
  }

  @Test
  void alterSetsAndUnsetsProperties() {
    run("table", "create", "db.t", "--columns", "a int", "--property", "x=1");
    CommandRun altered =
        run("table", "alter", "db.t", "--set", "freshet.freshness=10s", "--unset", "x", "--json");
    assertThat(altered.json().get("properties").get("freshet.freshness").asText()).isEqualTo("10s");
    assertThat(altered.json().get("properties").has("x")).isFalse();
  }

  @Test
  void alterChangesColumns() {
    run("table", "create", "db.t", "--columns", "a int, b string, c string");
    CommandRun altered =
        run(
            "table",
            "alter",
            "db.t",
            "--add=note string, gate int",
            "--rename=b=title",
            "--widen=a=long",
            "--comment=note=free text",
            "--drop=c");
    assertThat(altered.err()).isEmpty();
    assertThat(altered.out())
        .startsWith("Columns of db.t: a long, title string, note string")
        .contains("free text", "gate int");
  }

  @Test
  void renameAndTruncateSayWhatTheyHaveDone() {
    run("table", "create", "db.t", "--columns", "a int");
    assertThat(run("table", "rename", "db.t", "archive.t").out())
        .isEqualTo("Table db.t is archive.t now\n");
    assertThat(run("table", "truncate", "archive.t", "--yes").out())
        .isEqualTo("Table archive.t has no rows now\n");
    assertThat(run("table", "list").out()).contains("archive.t");
  }

  @Test
  void dropKeepsTheLakeTableUnlessPurged() {
    run("table", "create", "db.t", "--columns", "a int");
    CommandRun unconfirmed = run("table", "drop", "db.t");
    assertThat(unconfirmed.exitCode()).isEqualTo(2);
    assertThat(unconfirmed.err()).contains("Dropping db.t loses rows: say --yes if it is meant");

    CommandRun dropped = run("table", "drop", "db.t", "--yes");
    assertThat(dropped.exitCode()).isZero();
    assertThat(dropped.out()).startsWith("Dropped table db.t; its 0 rows in the lake stay at");
    assertThat(run("table", "list").out()).isEmpty();

    run("table", "create", "db.u", "--columns", "a int");
    JsonNode purged = run("table", "drop", "db.u", "--purge", "--yes", "--json").json();
    assertThat(purged.get("purged").asBoolean()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          table                                         | 2 | error: Which command? Try 'freshet table --help'.
          table create db.t                             | 2 | error: Missing required argument (specify one of these): (--columns=TEXT
          table create db.t --columns a --like b        | 2 | error: --columns=TEXT, --like=FILE are mutually exclusive
          table create t --columns a~int                | 3 | error: Table name 't' has no namespace: write it as namespace.table
          table create db.t --columns a~nt              | 3 | error: Can't read columns 'a nt' at position 3: there is no type nt
          table create db.t --like none.csv             | 3 | error: There is no file none.csv
          table create db.t --schema none.json          | 3 | error: Can't read none.json: there is no such file
          table create db.t --columns a~float --primary-key a | 3 | error: Column a has type float and can't be in a primary key
          table create db.t --columns a~int --primary-key b | 3 | error: Primary key column b is not a column of the table
          table create db.t --columns a~int --partition-by day(b) | 3 | error: Can't read partitioning 'day(b)' at position 5: there is no column b
          table create db.t --columns a~int --buckets 0 | 3 | error: Table db.t has 0 buckets: use 1 to 1024
          table create db.t --columns a~int --bucket-key b | 3 | error: Bucket key column b is not a column of table db.t
          table create db.t --columns a~int --property freshet.x=1 | 3 | error: There is no table property freshet.x; those of Freshet are
          table create db.t --columns a~int --property freshet.freshness=soon | 3 | error: freshet.freshness = 'soon' is not a duration
          table create db.there --columns a~int         | 3 | error: Table db.there already exists
          table describe db.none                        | 3 | error: There is no table db.none
          table drop db.none --yes                      | 3 | error: There is no table db.none
          table alter db.there                          | 2 | error: Nothing to change: say --add, --rename, --widen, --comment, --drop, --set or --unset.
          table alter db.there --drop b                 | 3 | error: Can't change the columns of table db.there: Cannot delete missing column: b
          table alter db.there --add a~int              | 3 | error: Can't change the columns of table db.there: Cannot add column, name already exists: a
          table alter db.there --widen a=text           | 3 | error: Can't change the columns of table db.there: Cannot parse type string to primitive: text
          table rename db.there db.there                | 3 | error: Table db.there can't be renamed to db.there: there is a table of that name
          table rename db.none db.other                 | 3 | error: There is no table db.none
          table truncate db.there                       | 2 | error: Truncating db.there removes its rows: say --yes if it is meant
          table truncate db.none --yes                  | 3 | error: There is no table db.none
          table alter db.there --set freshet.buckets=9  | 3 | error: Property freshet.buckets is set by Freshet itself
          table list bad!name                           | 3 | error: 'bad!name' can't be part of a table name
          tier db.none                                  | 3 | error: There is no table db.none
          """)
  void whatAUserCanGetWrongIsOneLine(String arguments, int exitCode, String message) {
    run("table", "create", "db.there", "--columns", "a int");
    CommandRun run =
        run(
            Arrays.stream(arguments.split(" +"))
                .map(argument -> argument.replace('~', ' '))
                .toArray(String[]::new));
    assertThat(run.err()).startsWith(message).hasLineCount(1);
    assertThat(run.exitCode()).isEqualTo(exitCode);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void aServerThatIsNotThereIsToldAtOnce() {
    CommandRun run = CommandRun.of("table", "list", "--server", NO_SERVER);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .startsWith("error: No Freshet server answers at grpc://127.0.0.1:1")
        .contains("Start one with 'freshet server'");
    assertThat(CommandRun.of("status", "--server", "localhost").err())
        .startsWith("error: 'localhost' is not a server's address: write grpc://host:port");
    assertThat(CommandRun.of("read", "db.t", "--server", NO_SERVER).exitCode()).isEqualTo(1);
    assertThat(CommandRun.of("tier", "db.t", "--server", NO_SERVER).exitCode()).isEqualTo(1);
  }

  private CommandRun run(String... arguments) {
    Stream<String> address = Stream.of("--server", server.server().flightUri());
    boolean takesServer = arguments.length > 1 || !arguments[0].equals("table");
    return CommandRun.of(
        Stream.concat(Arrays.stream(arguments), takesServer ? address : Stream.empty())
            .toArray(String[]::new));
  }
}
