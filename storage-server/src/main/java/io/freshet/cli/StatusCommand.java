/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli;

import static io.freshet.error.FreshetErrorCode.TABLE_NOT_FOUND;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_READY;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.freshet.cli.output.Console;
import io.freshet.cli.output.Quantities;
import io.freshet.cli.output.TextTable;
import io.freshet.cli.output.TextTable.Column;
import io.freshet.client.FreshetClient;
import io.freshet.error.FreshetException;
import io.freshet.protocol.FreshRange;
import io.freshet.protocol.ServerInfo;
import io.freshet.protocol.TableDescription;
import io.freshet.table.TableName;
import io.freshet.table.TableOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "status",
    description = "Print what a server is, and how many rows of each table are where.",
    footer = {"", "Example:", "  freshet status --server grpc://10.0.0.7:9090"})
final class StatusCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final ServerArguments server = new ServerArguments();

  /** A table's state, or why there is none. */
  private record State(TableName table, @Nullable TableDescription now, String problem) {}

  StatusCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    try (Connection connection = server.connect()) {
      FreshetClient client = connection.client();
      ServerInfo info = client.serverInfo();
      List<State> tables = new ArrayList<>();
      for (TableName table : client.listTables()) {
        state(client, table, tables);
      }
      if (console.isJson()) {
        printJson(info, tables);
      } else {
        print(info, tables);
      }
    }
    return ExitCode.OK.number();
  }

  private static void state(FreshetClient client, TableName table, List<State> states) {
    try {
      states.add(new State(table, client.describeTable(table), ""));
    } catch (FreshetException e) {
      if (e.code() == TABLE_NOT_READY) {
        states.add(new State(table, null, String.valueOf(e.getMessage())));
      } else if (e.code() != TABLE_NOT_FOUND) { // It was dropped since it was listed.
        throw e;
      }
    }
  }

  private void print(ServerInfo info, List<State> tables) {
    console.out().printf("Server         %s%n", server.address());
    console.out().printf("Version        %s (epoch %d)%n", info.version(), info.epoch());
    console.out().printf("Lake catalog   %s%n%n", info.lakeUri());
    TextTable text =
        new TextTable(
            console,
            List.of(
                Column.text("table"),
                Column.number("rows in the lake"),
                Column.number("fresh rows"),
                Column.number("fresh bytes"),
                Column.number("to the lake after")));
    for (State state : tables) {
      TableDescription now = state.now();
      text.add(
          now == null
              ? List.of(state.table() + ": " + state.problem(), "", "", "", "")
              : List.of(
                  state.table().toString(),
                  Quantities.count(now.lakeRows()),
                  Quantities.count(now.freshRows()),
                  Quantities.bytes(freshBytes(now)),
                  duration(freshness(now))));
    }
    text.finish();
  }

  private void printJson(ServerInfo info, List<State> tables) {
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    status.put("server", server.address());
    status.put("version", info.version());
    status.put("epoch", info.epoch());
    status.put("lake-uri", info.lakeUri());
    ArrayNode array = status.putArray("tables");
    for (State state : tables) {
      ObjectNode table = array.addObject().put("table", state.table().toString());
      TableDescription now = state.now();
      if (now == null) {
        table.put("problem", state.problem());
      } else {
        table.put("lake-rows", now.lakeRows());
        table.put("fresh-rows", now.freshRows());
        table.put("fresh-bytes", freshBytes(now));
        table.put("freshness-millis", freshness(now).toMillis());
      }
    }
    console.out().println(status);
  }

  private static Duration freshness(TableDescription table) {
    return TableOptions.of(table.properties()).freshness();
  }

  private static long freshBytes(TableDescription table) {
    return table.fresh().stream().mapToLong(FreshRange::bytes).sum();
  }

  private static String duration(Duration duration) {
    if (duration.toMillis() % 1000 != 0) {
      return duration.toMillis() + " ms";
    }
    return duration.toSeconds() % 60 == 0 && !duration.isZero()
        ? duration.toMinutes() + " min"
        : duration.toSeconds() + " s";
  }
}
