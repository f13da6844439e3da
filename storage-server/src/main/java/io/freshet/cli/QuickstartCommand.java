/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli;

import io.freshet.cli.output.Console;
import io.freshet.cli.quickstart.QueryEngine;
import io.freshet.cli.quickstart.Quickstart;
import io.freshet.cli.quickstart.QuickstartResult;
import io.freshet.error.FreshetException;
import io.freshet.protocol.Json;
import io.freshet.server.ServerConfiguration;
import io.freshet.server.ServerConfiguration.Settings;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "quickstart",
    description = {
      "Watch a table of real flights while it grows.",
      "Starts a server of its own on free ports, writes 500,000 flights and moves them into the lake,"
          + " streams 60,000 more, reads all of them meanwhile, and checks what it reads. Its data is"
          + " removed at the end."
    },
    footer = {
      "",
      "Examples:",
      "  freshet quickstart",
      "  freshet quickstart --engine spark --engine trino",
      "  freshet quickstart --keep"
    })
final class QuickstartCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(QuickstartCommand.class);
  private static final String CHECKOUT = "freshet.home";
  private static final String AIRPORTS =
      "storage-server/src/main/resources/io/freshet/quickstart/airports.csv";

  private final Console console;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "10",
      description = "How long flights arrive, 2 to 600. Default: ${DEFAULT-VALUE}.")
  private int seconds;

  @Option(
      names = "--engine",
      paramLabel = "ENGINE",
      description =
          "Ask a query engine the same query at the end: ${COMPLETION-CANDIDATES}. What it needs is"
              + " built and downloaded first. Default: those that are built already.")
  private @Nullable List<QueryEngine> engines;

  @Option(
      names = "--keep",
      description = "Keep the server running afterwards, with its data, until Ctrl-C.")
  private boolean isKept;

  @Option(
      names = "--flight-port",
      paramLabel = "PORT",
      defaultValue = "0",
      description = "For Arrow Flight. Default: any free one.")
  private int flightPort;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "0",
      description = "For the lake catalog. Default: any free one.")
  private int httpPort;

  QuickstartCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    if (engines != null) {
      checkout(); // Refused before anything starts.
    }
    if (seconds < 2 || seconds > 600) {
      throw new ParameterException(spec.commandLine(), "--seconds takes 2 to 600, not " + seconds);
    }
    long startNanos = System.nanoTime();
    try (StopSignal stop = StopSignal.forThisThread()) {
      Path folder = Files.createTempDirectory("freshet-quickstart-");
      try (RootAllocator allocator = new RootAllocator();
          Quickstart quickstart =
              Quickstart.start(console, allocator, configuration(folder), folder, startNanos)) {
        run(quickstart);
      } catch (InterruptedException e) {
        console.err().println();
      } catch (FreshetException e) {
        if (!stop.isGiven()) {
          throw e;
        }
      } finally {
        boolean wasInterrupted = Thread.interrupted();
        delete(folder);
        console.flush();
        if (wasInterrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }
    return ExitCode.OK.number();
  }

  private void run(Quickstart quickstart) throws InterruptedException {
    List<QueryEngine> asked = engines();
    QuickstartResult result = quickstart.run(Duration.ofSeconds(seconds), !asked.isEmpty());
    if (!asked.isEmpty()) {
      result = quickstart.askEngines(asked, checkout(), result);
    }
    if (console.isJson()) {
      console.out().println(Json.writeText(result));
    } else {
      printNext(quickstart.address());
    }
    console.flush();
    if (isKept) {
      new CountDownLatch(1).await();
    }
  }

  private List<QueryEngine> engines() {
    if (engines != null) {
      return engines.stream().distinct().toList();
    }
    if (console.isJson() || System.getProperty(CHECKOUT) == null) {
      return List.of();
    }
    return Arrays.stream(QueryEngine.values())
        .filter(engine -> engine.isBuilt(checkout()))
        .toList();
  }

  /** Where the freshet script is that has started this. */
  private Path checkout() {
    String folder = System.getProperty(CHECKOUT);
    if (folder == null) {
      throw new ParameterException(
          spec.commandLine(),
          "--engine works in a checkout only: start this as ./freshet quickstart");
    }
    return Path.of(folder);
  }

  private ServerConfiguration configuration(Path folder) {
    return new Settings(
            folder.resolve("data").toString(),
            null,
            flightPort,
            httpPort,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null)
        .resolve();
  }

  private void printNext(String address) {
    List<String> commands =
        isKept
            ? List.of(
                "./freshet write demo.airports " + AIRPORTS + " --create --server " + address,
                "./freshet read demo.flights --where \"delay > 600\" --server " + address,
                "./freshet spark-sql --uri " + address,
                "./freshet trino --uri " + address,
                "./freshet status --server " + address)
            : List.of(
                "./freshet server                      (and the others in a second terminal)",
                "./freshet write demo.airports " + AIRPORTS + " --create",
                "./freshet read demo.airports --where \"state = 'CA'\" --columns iata,name,city",
                "./freshet spark-sql -e \"SELECT state, count(*) FROM demo.airports GROUP BY state\"",
                "./freshet trino -e \"SELECT state, count(*) FROM demo.airports GROUP BY state\"",
                "./freshet quickstart --engine spark --engine trino   (this once more, and the query in both)");
    console.out().println();
    console
        .out()
        .println(
            isKept
                ? "The server keeps running; Ctrl-C stops it and removes its data. In a second terminal:"
                : "Try next:");
    commands.forEach(command -> console.out().println("  " + command));
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      files
          .sorted(Comparator.reverseOrder())
          .map(Path::toFile)
          .filter(file -> !file.delete())
          .map(File::getPath)
          .forEach(file -> LOG.warn("Can't delete {}", file));
    } catch (IOException e) {
      LOG.warn("Can't delete {}: {}", folder, e.toString());
    }
  }
}
