/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.shell;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jline.reader.EOFError;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/**
 * Asks for statements until the input ends, or until {@code quit}. A statement ends with a
 * semicolon, maybe some lines later; Ctrl-C stops the one that runs.
 */
final class Prompt {
  private static final List<String> QUIT = List.of("quit", "exit", "quit;", "exit;");

  private final SqlSession session;
  private final Answers answers;
  private final Consumer<Exception> failures;

  /**
   * @param failures is told of each statement that fails
   */
  Prompt(SqlSession session, Answers answers, Consumer<Exception> failures) {
    this.session = session;
    this.answers = answers;
    this.failures = failures;
  }

  /** Asks the terminal of this process. */
  void run() throws IOException {
    try (Terminal terminal = TerminalBuilder.builder().system(true).dumb(true).build()) {
      Path history = Path.of(System.getProperty("user.home"), ".freshet-spark-sql-history");
      run(terminal, Map.of(LineReader.HISTORY_FILE, history));
    }
  }

  /**
   * Asks a terminal, which is borrowed.
   *
   * @param variables of JLine's reader
   */
  void run(Terminal terminal, Map<String, Object> variables) {
    terminal.handle(Terminal.Signal.INT, signal -> session.cancel());
    LineReaderBuilder builder =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .appName("freshet")
            .parser(new StatementParser())
            .variable(LineReader.SECONDARY_PROMPT_PATTERN, "      -> ")
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true);
    variables.forEach(builder::variable);
    LineReader reader = builder.build();
    while (true) {
      try {
        String text = reader.readLine("freshet> ");
        if (isQuit(text)) {
          return;
        }
        run(Statements.of(text));
      } catch (UserInterruptException e) {
        continue; // The line that was being typed is given up.
      } catch (EndOfFileException e) {
        return;
      }
    }
  }

  @SuppressWarnings(
      "CatchingUnchecked") // Spark throws checked exceptions that it does not declare.
  private void run(List<String> statements) {
    try {
      for (String statement : statements) {
        session.run(statement, answers);
      }
    } catch (Exception e) {
      failures.accept(e);
    }
  }

  private static boolean isQuit(String text) {
    return QUIT.contains(text.strip().toLowerCase(Locale.ROOT));
  }

  /** A line is done when it has whole statements. */
  private static final class StatementParser implements Parser {
    private final DefaultParser words = new DefaultParser().quoteChars(null).escapeChars(null);

    @Override
    public ParsedLine parse(String line, int cursor, ParseContext context) {
      boolean isAccepted = context == ParseContext.ACCEPT_LINE;
      if (isAccepted && !line.isBlank() && !isQuit(line) && !Statements.areWhole(line)) {
        throw new EOFError(-1, cursor, "The statement has no semicolon yet");
      }
      return words.parse(line, cursor, ParseContext.COMPLETE);
    }
  }
}
