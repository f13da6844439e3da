/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code benchmarks/run spark-union} and {@code trino-union}. */
@Command(
    description = {
      "Union scans in a query engine of a primary-key table with 0, 1, 5 and 10 %% of fresh rows, against"
          + " plain Iceberg scans of its base, and of a compacted copy of the same rows.",
      "The engine runs in this process with all cores, the server in another one."
    },
    mixinStandardHelpOptions = true)
public final class UnionCommand implements Callable<Integer> {
  /** Starts an engine and a Freshet server, which keeps its data in the folder. */
  public interface EngineStart {
    SqlEngine start(Path data) throws Exception;
  }

  private final String name;
  private final EngineStart engine;
  private final PrintStream out;
  private final PrintStream err;

  @Option(names = "--rows", defaultValue = "10000000", description = "Default: ${DEFAULT-VALUE}.")
  private int rows;

  @Option(
      names = "--rounds",
      defaultValue = "3",
      description = "Rounds that count, after one that does not. Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(names = "--json", description = "Print the results as JSON.")
  private boolean isJson;

  @Option(
      names = "--folder",
      description = "Where a temporary folder for all data is made: on the disk to measure.")
  private Path folder = Path.of("target");

  private UnionCommand(String name, EngineStart engine, PrintStream out, PrintStream err) {
    this.name = name;
    this.engine = engine;
    this.out = out;
    this.err = err;
  }

  /**
   * Runs a command line, and returns its exit code.
   *
   * @param name of the benchmark
   */
  public static int run(
      String name, EngineStart engine, PrintStream out, PrintStream err, String... arguments) {
    return new CommandLine(new UnionCommand(name, engine, out, err))
        .setCommandName("benchmarks/run " + name)
        .execute(arguments);
  }

  @Override
  public Integer call() throws Exception {
    Files.createDirectories(folder);
    Path temporary = Files.createTempDirectory(folder.toAbsolutePath(), name + "-");
    Progress progress = new Progress(err);
    Settings settings = new Settings(rows, rounds, 1, Duration.ZERO, null);
    Report report;
    try {
      Machine machine = Machine.look(temporary);
      progress.say(machine.toString());
      try (SqlEngine started = engine.start(temporary.resolve("data"))) {
        report =
            new Report(
                machine, settings, new UnionBenchmark(name, started, settings, progress).run());
      }
    } finally {
      Workbench.delete(temporary);
    }
    out.println(isJson ? report.json() : report.table());
    return 0;
  }
}
