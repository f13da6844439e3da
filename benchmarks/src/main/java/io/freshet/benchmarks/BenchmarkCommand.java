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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command that runs benchmarks. */
@Command(
    name = "benchmarks/run",
    description =
        "Measures Freshet on this machine: a server in a process of its own, and a client.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Benchmarks: append, fresh-scan, visibility, tiering, union-scan, upsert, look-up, plan,",
      "fresh-view.",
      "What they measure, and results: docs/benchmarks.md",
      "",
      "Example: the speed of appends, quickly",
      "  benchmarks/run --quick append"
    })
final class BenchmarkCommand implements Callable<Integer> {
  static final List<Benchmark> BENCHMARKS =
      List.of(
          new AppendBenchmark(),
          new FreshScanBenchmark(),
          new VisibilityBenchmark(),
          new TieringBenchmark(),
          new UnionScanBenchmark(),
          new UpsertBenchmark(),
          new LookUpBenchmark(),
          new PlanBenchmark(),
          new FreshViewBenchmark());

  private static final int ROUNDS = 5;
  private static final int WARM_UPS = 3;
  private static final Duration STEADY = Duration.ofSeconds(30);
  private static final Duration QUICK_STEADY = Duration.ofSeconds(5);

  private final PrintStream out;
  private final PrintStream err;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "NAME", description = "The benchmarks to run; all without a name.")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--rows",
      paramLabel = "N",
      description = "Flights that a round appends, reads or tiers. Default: 3000000.")
  private @Nullable Integer rows;

  @Option(names = "--rounds", paramLabel = "N", description = "Rounds that count. Default: 5.")
  private @Nullable Integer rounds;

  @Option(
      names = "--quick",
      description = "200000 rows, one round without warm-up, 5 s of steady load: no real numbers.")
  private boolean isQuick;

  @Option(
      names = "--steady",
      paramLabel = "SECONDS",
      description = "How long the steady load of visibility takes. Default: 30.")
  private @Nullable Integer steadySeconds;

  @Option(names = "--json", description = "Print the results as JSON.")
  private boolean isJson;

  @Option(
      names = "--flights",
      paramLabel = "FILE",
      description =
          "A Parquet file with the columns date, delay, distance, origin and destination."
              + " Default: the flights of the quickstart. Rows are repeated with higher ids until"
              + " there are enough.")
  private @Nullable Path flights;

  @Option(
      names = "--folder",
      paramLabel = "FOLDER",
      description =
          "Where a temporary folder for all data is made: on the disk to measure. Default:"
              + " benchmarks/target.")
  private Path folder = Path.of("benchmarks", "target");

  BenchmarkCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new BenchmarkCommand(System.out, System.err)).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    List<Benchmark> chosen = chosen();
    Files.createDirectories(folder);
    Path temporary = Files.createTempDirectory(folder.toAbsolutePath(), "benchmarks-");
    Progress progress = new Progress(err);
    Report report;
    try (RootAllocator allocator = new RootAllocator()) {
      Settings settings = settings();
      Machine machine = Machine.look(temporary);
      progress.say(machine.toString());
      Workbench bench = new Workbench(settings, temporary, allocator, progress);
      List<Result> results = new ArrayList<>();
      for (Benchmark benchmark : chosen) {
        progress.say(benchmark.name());
        results.addAll(benchmark.run(bench));
      }
      report = new Report(machine, settings, results);
    } finally {
      Workbench.delete(temporary);
    }
    out.println(isJson ? report.json() : report.table());
    return 0;
  }

  private Settings settings() {
    try {
      return new Settings(
          rows != null ? rows : isQuick ? Settings.QUICK_ROWS : Settings.DEFAULT_ROWS,
          rounds != null ? rounds : isQuick ? 1 : ROUNDS,
          isQuick ? 0 : WARM_UPS,
          steadySeconds != null
              ? Duration.ofSeconds(steadySeconds)
              : isQuick ? QUICK_STEADY : STEADY,
          flights);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private List<Benchmark> chosen() {
    List<Benchmark> chosen = new ArrayList<>();
    for (String name : names) {
      chosen.add(
          BENCHMARKS.stream()
              .filter(benchmark -> benchmark.name().equals(name))
              .findFirst()
              .orElseThrow(() ->
                  new ParameterException(
                      spec.commandLine(),
                      "There is no benchmark '"
                          + name
                          + "': choose among "
                          + BENCHMARKS.stream().map(Benchmark::name).toList())));
    }
    return chosen.isEmpty() ? BENCHMARKS : chosen;
  }
}
