/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks.spark;

import io.freshet.benchmarks.Machine;
import io.freshet.benchmarks.Progress;
import io.freshet.benchmarks.Report;
import io.freshet.benchmarks.Settings;
import io.freshet.testing.ServerProcess;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code benchmarks/run spark-union}. */
@Command(
    name = "benchmarks/run spark-union",
    description = {
      "Union scans in Spark SQL of a primary-key table with 0, 1, 5 and 10 %% of fresh rows, against"
          + " plain Iceberg scans of its base, and of a compacted copy of the same rows.",
      "Spark runs in this process with all cores, the server in another one."
    },
    mixinStandardHelpOptions = true)
final class SparkUnionCommand implements Callable<Integer> {
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

  SparkUnionCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  public static void main(String[] arguments) {
    System.exit(run(System.out, System.err, arguments));
  }

  static int run(PrintStream out, PrintStream err, String... arguments) {
    return new CommandLine(new SparkUnionCommand(out, err)).execute(arguments);
  }

  @Override
  public Integer call() throws Exception {
    Files.createDirectories(folder);
    Path temporary = Files.createTempDirectory(folder.toAbsolutePath(), "spark-union-");
    Progress progress = new Progress(err);
    Settings settings = new Settings(rows, rounds, 1, Duration.ZERO, null);
    Report report;
    try {
      Machine machine = Machine.look(temporary);
      progress.say(machine.toString());
      try (ServerProcess server = new ServerProcess(temporary.resolve("data"));
          SparkSession spark = session(server)) {
        report =
            new Report(
                machine,
                settings,
                new SparkUnionBenchmark(spark, server, settings, progress).run());
      }
    } finally {
      delete(temporary);
    }
    out.println(isJson ? report.json() : report.table());
    return 0;
  }

  private static SparkSession session(ServerProcess server) {
    return SparkSession.builder()
        .master("local[*]")
        .appName("spark-union")
        .config("spark.ui.enabled", false)
        .config("spark.sql.shuffle.partitions", Runtime.getRuntime().availableProcessors())
        .config("spark.sql.warehouse.dir", System.getProperty("java.io.tmpdir"))
        .config("spark.sql.catalog.freshet", "io.freshet.spark.FreshetCatalog")
        .config("spark.sql.catalog.freshet.uri", server.uri())
        .config("spark.sql.catalog.plain", "org.apache.iceberg.spark.SparkCatalog")
        .config("spark.sql.catalog.plain.type", "rest")
        .config("spark.sql.catalog.plain.uri", server.lakeUri())
        .config("spark.sql.catalog.plain.warehouse", "lake")
        .getOrCreate();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      files
          .sorted(Comparator.reverseOrder())
          .forEach(file -> {
            try {
              Files.delete(file);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
  }
}
