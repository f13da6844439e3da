/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.cli.output.Console;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** A command that ran in this process: how it ended, and what it printed. */
record CommandRun(int exitCode, String out, String err) {
  static CommandRun of(String... arguments) {
    return of(Console.Stream.PIPE, arguments);
  }

  static CommandRun onTerminal(String... arguments) {
    return of(Console.Stream.TERMINAL, arguments);
  }

  private static CommandRun of(Console.Stream stream, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(
            new PrintStream(out, true, UTF_8),
            new PrintStream(err, true, UTF_8),
            stream,
            stream,
            100);
    int exitCode = FreshetCommand.commandLine(console).execute(arguments);
    return new CommandRun(exitCode, out.toString(UTF_8), err.toString(UTF_8));
  }

  /** The one JSON object that was printed. */
  JsonNode json() {
    return tree(out);
  }

  /** The objects that were printed, one per line. */
  List<JsonNode> jsonLines() {
    List<JsonNode> lines = new ArrayList<>();
    out.lines().forEach(line -> lines.add(tree(line)));
    return lines;
  }

  private static JsonNode tree(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
