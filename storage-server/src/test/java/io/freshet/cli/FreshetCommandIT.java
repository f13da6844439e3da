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
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.cli.output.Console;
import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Help;

final class FreshetCommandIT {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @TempDir private Path folder = Path.of("");

  @Test
  void helpAndVersionSucceed() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString(UTF_8)).contains("Usage: freshet", "columns", "Exit codes:", "Example");
    assertThat(run("--version")).isZero();
    assertThat(out.toString(UTF_8)).contains("freshet ");
    assertThat(err.size()).isZero();
  }

  @Test
  void everyCommandIsDescribedWithAnExampleAndExitCodes() {
    checkHelp(FreshetCommand.commandLine(console()));
  }

  private static void checkHelp(CommandLine command) {
    Help help = command.getHelp();
    assertThat(help.description()).as(command.getCommandName()).isNotBlank();
    assertThat(help.footer()).as(command.getCommandName()).contains("Example").contains("freshet ");
    assertThat(help.exitCodeList()).contains("4");
    command.getSubcommands().values().forEach(FreshetCommandIT::checkHelp);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                     | error: Which command? Try 'freshet --help'.
          colums                 | error: 'colums' is no command here: did you mean columns
          columns                | error: Missing required parameter: 'FILE'. Try 'freshet columns --help'.
          columns a b            | error: 'b' is no argument here. Try 'freshet columns --help'.
          columns a --jsom       | error: '--jsom' is no option here: did you mean --json
          columns a --format xml | error: Invalid value for option '--format': expected one of [CSV, JSON, PARQUET]
          columns a.csv --delimiter ab | error: --delimiter takes one character or 'tab', not 'ab'. Try
          """)
  void wrongUsageIsOneLineAndExitCode2(String arguments, String message) {
    assertThat(run(arguments.isEmpty() ? new String[0] : arguments.split(" "))).isEqualTo(2);
    assertThat(err.toString(UTF_8)).startsWith(message).hasLineCount(1);
    assertThat(out.size()).isZero();
  }

  @Test
  void aRefusedRequestIsExitCode3() {
    assertThat(run("columns", "none.csv")).isEqualTo(3);
    assertThat(err.toString(UTF_8)).isEqualTo("error: There is no file none.csv" + line());
  }

  @Test
  void errorsAreJsonObjectsWithJson() throws IOException {
    assertThat(run("columns", "--json", "none.csv")).isEqualTo(3);
    JsonNode error = new ObjectMapper().readTree(err.toByteArray()).get("error");
    assertThat(error.get("code").asText()).isEqualTo("INVALID_REQUEST");
    assertThat(error.get("number").asInt()).isEqualTo(1);
    assertThat(error.get("remedy").asText()).isEqualTo("FIX_REQUEST");
    assertThat(error.get("message").asText()).isEqualTo("There is no file none.csv");

    err.reset();
    assertThat(run("--json", "nothing")).isEqualTo(2);
    assertThat(new ObjectMapper().readTree(err.toByteArray()).has("error")).isTrue();
  }

  @Test
  void stackTracesComeOnlyWithVerbose() {
    assertThat(run("--verbose", "columns", "none.csv")).isEqualTo(3);
    assertThat(err.toString(UTF_8)).contains("FreshetException").contains("\tat ");
  }

  @Test
  void columnsOfAFile() throws IOException {
    Path file = Files.writeString(folder.resolve("a.csv"), "a;b\n1;x\n");

    assertThat(run("columns", file.toString(), "--delimiter", ";", "--row-number", "id")).isZero();
    assertThat(out.toString(UTF_8)).isEqualTo("id long not null, a long, b string" + line());
  }

  @Test
  void completionIsAScript() {
    assertThat(run("completion")).isZero();
    assertThat(out.toString(UTF_8)).contains("complete -F _complete_freshet");
  }

  @Test
  void exitCodesFollowTheRemedy() {
    assertThat(exitCode(FreshetErrorCode.OVERLOADED)).isEqualTo(ExitCode.MAY_PASS);
    assertThat(exitCode(FreshetErrorCode.SNAPSHOT_EXPIRED)).isEqualTo(ExitCode.MAY_PASS);
    assertThat(exitCode(FreshetErrorCode.TABLE_NOT_FOUND)).isEqualTo(ExitCode.REFUSED);
    assertThat(exitCode(FreshetErrorCode.LOG_CORRUPT)).isEqualTo(ExitCode.OPERATOR);
    assertThat(ExitCode.of(new IOException("disk"))).isEqualTo(ExitCode.MAY_PASS);
    assertThat(ExitCode.of(new IllegalStateException("bug"))).isEqualTo(ExitCode.OPERATOR);
  }

  private static ExitCode exitCode(FreshetErrorCode code) {
    return ExitCode.of(new FreshetException(code, "message"));
  }

  private int run(String... arguments) {
    return FreshetCommand.commandLine(console()).execute(arguments);
  }

  private Console console() {
    return new Console(
        new PrintStream(out, true, UTF_8),
        new PrintStream(err, true, UTF_8),
        Console.Stream.PIPE,
        Console.Stream.PIPE,
        100);
  }

  private static String line() {
    return System.lineSeparator();
  }
}
