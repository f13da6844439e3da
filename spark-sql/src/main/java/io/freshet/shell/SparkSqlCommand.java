/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.shell;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;

import io.freshet.client.FreshetClient;
import io.freshet.client.RetryPolicy;
import io.freshet.error.FreshetException;
import io.freshet.error.Remedy;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code freshet spark-sql}: runs statements that are given, or asks for them. */
@Command(
    name = "freshet spark-sql",
    mixinStandardHelpOptions = true,
    description = {
      "Spark SQL on Freshet's tables, in this process.",
      "Names such as demo.flights are of the catalog 'freshet': lake and fresh rows together. The"
          + " catalog 'lake' has the same tables as plain Iceberg tables, without fresh rows."
    },
    footer = {
      "",
      "Examples:",
      "  freshet spark-sql",
      "  freshet spark-sql -e \"SELECT count(*) FROM demo.flights\"",
      "  freshet spark-sql -e \"SELECT count(*) FROM lake.demo.flights; CALL freshet.system.tier('demo.flights')\"",
      "  freshet spark-sql -f report.sql --json",
      "  freshet spark-sql --conf spark.ui.enabled=true"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      " 0:Done.",
      " 1:Failed, and the same command may succeed later: try again.",
      " 2:The command line is wrong: see --help.",
      " 3:A statement can't succeed as it is: change it.",
      " 4:The server, its disk or its lake needs somebody to look at it."
    })
public final class SparkSqlCommand implements Callable<Integer> {
  private final PrintStream out;
  private final PrintStream err;

  @Option(
      names = {"-e", "--execute"},
      paramLabel = "SQL",
      description = "Run these statements, separated by semicolons, and exit.")
  private @Nullable String statements;

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description = "Run the statements of a file, and exit.")
  private @Nullable Path file;

  @Option(
      names = {"--uri", "--server"},
      paramLabel = "URI",
      defaultValue = "${env:FRESHET_SERVER:-grpc://127.0.0.1:9090}",
      description =
          "The server's address. Default: the environment variable FRESHET_SERVER, or"
              + " grpc://127.0.0.1:9090.")
  private String uri = "";

  @Option(
      names = "--conf",
      paramLabel = "KEY=VALUE",
      description = "A setting of Spark; may be given several times.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--max-rows",
      paramLabel = "N",
      defaultValue = "1000",
      description = "How many rows of an answer are shown. Default: ${DEFAULT-VALUE}.")
  private int maxRows;

  @Option(
      names = "--json",
      description =
          "Print one JSON object per statement, with all rows and how long it took, and errors as"
              + " JSON.")
  private boolean isJson;

  @Option(names = "--verbose", description = "Print the stack trace of an error too.")
  private boolean isVerbose;

  SparkSqlCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  public static void main(String[] arguments) {
    System.exit(run(System.out, System.err, arguments));
  }

  /** Runs one command line, and returns its exit code. */
  static int run(PrintStream out, PrintStream err, String... arguments) {
    SparkSqlCommand command = new SparkSqlCommand(out, err);
    return new CommandLine(command)
        .setExecutionExceptionHandler((failure, line, result) -> command.failed(failure))
        .execute(arguments);
  }

  @Override
  public Integer call() throws IOException {
    String script = file == null ? statements : read(file);
    Answers answers = isJson ? new JsonAnswers(out) : new TableAnswers(out, maxRows);
    String lakeUri = lakeUri();
    try (SqlSession session = SqlSession.start(uri, lakeUri, settings)) {
      if (script != null) {
        for (String statement : Statements.of(script)) {
          session.run(statement, answers);
        }
      } else {
        err.println(
            "Spark SQL on the server "
                + uri
                + ". End statements with a semicolon; 'quit' leaves. Try: SHOW NAMESPACES;");
        new Prompt(session, answers, this::failed).run();
      }
    }
    return 0;
  }

  /** Asked first, since a server that is away should not be told of after Spark has started. */
  private String lakeUri() {
    try (RootAllocator allocator = new RootAllocator();
        FreshetClient client = FreshetClient.connect(uri, allocator, RetryPolicy.NONE)) {
      return client.serverInfo().lakeUri();
    }
  }

  private static String read(Path file) throws IOException {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new FreshetException(INVALID_REQUEST, "There is no file " + file, e);
    }
  }

  private int failed(Exception failure) {
    FreshetException known = SqlFailure.freshet(failure);
    String message = SqlFailure.message(failure);
    err.println(isJson ? JsonAnswers.error(message) : "error: " + message);
    if (isVerbose) {
      failure.printStackTrace(err);
    }
    if (known == null) {
      return 3;
    }
    return known.remedy() == Remedy.FIX_REQUEST ? 3 : known.remedy() == Remedy.OPERATOR ? 4 : 1;
  }
}
