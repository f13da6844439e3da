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

import io.airlift.log.Logging;
import io.freshet.client.FreshetClient;
import io.freshet.client.RetryPolicy;
import io.freshet.error.FreshetException;
import io.freshet.error.Remedy;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code freshet trino}: a Trino of its own, and statements that are given or asked for. */
@Command(
    name = "freshet trino",
    mixinStandardHelpOptions = true,
    description = {
      "Trino on Freshet's tables, with Trino's own command line, in this process.",
      "Names such as demo.flights are of the catalog 'freshet': lake and fresh rows together. The"
          + " catalog 'lake' has the same tables as plain Iceberg tables, without fresh rows."
    },
    footer = {
      "",
      "Examples:",
      "  freshet trino",
      "  freshet trino -e \"SELECT count(*) FROM demo.flights\"",
      "  freshet trino -e \"SELECT count(*) FROM lake.demo.flights; CALL freshet.system.tier('demo', 'flights')\"",
      "  freshet trino -f report.sql --output-format CSV_HEADER",
      "  freshet trino --json -e \"SELECT 1; SELECT 2\"",
      "  freshet trino --port 8080"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      " 0:Done.",
      " 1:A statement failed; or something else did, and the same command may succeed later.",
      " 2:The command line is wrong: see --help.",
      " 3:With --json: a statement can't succeed as it is, change it.",
      " 4:The server, its disk or its lake needs somebody to look at it."
    })
public final class TrinoCommand implements Callable<Integer> {
  /** The system property that names the executable jar of Trino's command line. */
  static final String CLI_JAR = "freshet.trino.cli";

  private final PrintStream out;
  private final PrintStream err;

  @Spec private @Nullable CommandSpec spec;

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
          "The Freshet server's address. Default: the environment variable FRESHET_SERVER, or"
              + " grpc://127.0.0.1:9090.")
  private String uri = "";

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "0",
      description =
          "Where Trino serves its web pages and other clients on 127.0.0.1. Default: any free port.")
  private int port;

  @Option(
      names = "--schema",
      paramLabel = "NAME",
      description = "The schema of names that have none.")
  private @Nullable String schema;

  @Option(
      names = "--output-format",
      paramLabel = "FORMAT",
      description =
          "How rows are printed: ALIGNED, VERTICAL, CSV_HEADER, TSV, JSON, MARKDOWN and others of"
              + " Trino's command line. Default: ALIGNED.")
  private String outputFormat = "ALIGNED";

  @Option(
      names = "--json",
      description =
          "Print one JSON object per statement, with all rows and how long it took, and errors as"
              + " JSON. Needs --execute.")
  private boolean isJson;

  @Option(names = "--verbose", description = "Print the stack trace of an error, and logs.")
  private boolean isVerbose;

  TrinoCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  public static void main(String[] arguments) {
    int code = run(System.out, System.err, arguments);
    Runtime.getRuntime().halt(code); // Trino's own threads would keep the process for seconds.
  }

  /** Runs one command line, and returns its exit code unless Trino's own ends the process. */
  static int run(PrintStream out, PrintStream err, String... arguments) {
    TrinoCommand command = new TrinoCommand(out, err);
    return new CommandLine(command)
        .setExecutionExceptionHandler((failure, line, result) -> command.failed(failure))
        .execute(arguments);
  }

  @Override
  public Integer call() throws Exception {
    check();
    prepareLogs();
    try (LocalTrino trino = LocalTrino.start(port, uri, lakeUri())) {
      if (isJson) {
        new JsonAnswers(out).run(trino.uri(), Statements.of(statements == null ? "" : statements));
      } else {
        return runCli(trino.uri());
      }
    }
    return 0;
  }

  /** Sets logs up before Trino does, which would log what is printed, too. */
  private void prepareLogs() {
    PrintStream printed = System.out;
    PrintStream printedErrors = System.err;
    if (!isVerbose) {
      System.setErr(new PrintStream(OutputStream.nullOutputStream(), false, UTF_8));
    }
    var unused = Logging.initialize(); // Logs go to what is the error stream now.
    System.setOut(printed);
    System.setErr(printedErrors);
  }

  private void check() {
    String wrong =
        isJson && (statements == null || file != null)
            ? "--json needs --execute: write freshet trino --json -e \"SELECT 1\""
            : file != null && statements != null
                ? "--execute and --file exclude each other: leave one out"
                : null;
    if (wrong != null && spec != null) {
      throw new ParameterException(spec.commandLine(), wrong);
    }
  }

  private int runCli(URI trino) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("--output-format", outputFormat));
    if (schema != null) {
      arguments.addAll(List.of("--schema", schema));
    }
    if (file != null) {
      arguments.addAll(List.of("--file", file.toString()));
    } else if (statements != null) {
      arguments.addAll(List.of("--execute", statements));
    } else {
      out.println(
          "Trino on the server "
              + uri
              + ", web pages at "
              + trino
              + ". End statements with a semicolon; 'quit' leaves. Try: SHOW SCHEMAS;");
      out.flush();
    }
    return new TrinoCli(Path.of(System.getProperty(CLI_JAR, "trino-cli.jar")))
        .run(trino, arguments);
  }

  /** Asked first, since a server that is away should not be told of after Trino has started. */
  private String lakeUri() {
    try (RootAllocator allocator = new RootAllocator();
        FreshetClient client = FreshetClient.connect(uri, allocator, RetryPolicy.NONE)) {
      return client.serverInfo().lakeUri();
    }
  }

  private int failed(Exception failure) {
    Throwable told = failure;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof FreshetException) {
        told = cause;
      }
    }
    String message = told.getMessage() == null ? told.toString() : told.getMessage();
    err.println(isJson ? JsonAnswers.error(message) : "error: " + message);
    if (isVerbose) {
      failure.printStackTrace(err);
    }
    if (!(told instanceof FreshetException known)) {
      return failure instanceof java.sql.SQLException ? 3 : 1;
    }
    return known.remedy() == Remedy.FIX_REQUEST ? 3 : known.remedy() == Remedy.OPERATOR ? 4 : 1;
  }
}
