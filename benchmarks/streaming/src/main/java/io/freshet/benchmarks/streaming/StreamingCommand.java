/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks.streaming;

import io.freshet.benchmarks.streaming.LatencyRun.Percentiles;
import io.freshet.client.FreshetClient;
import io.freshet.testing.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.apache.arrow.memory.RootAllocator;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code benchmarks/run streaming}. */
@Command(
    name = "streaming",
    description =
        "Streams in Spark: latency from and to Freshet, and Kafka; how fast history is read.",
    mixinStandardHelpOptions = true)
public final class StreamingCommand implements Callable<Integer> {
  private static final String SPARK = "spark.sql.catalog.freshet";

  @Option(
      names = "--folder",
      required = true,
      description = "Where to make a folder for data, which is deleted at the end.")
  private Path parent;

  @Option(
      names = "--rounds",
      defaultValue = "3",
      description =
          "Of latencies, all in turns; the first does not count (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--seconds",
      defaultValue = "20",
      description = "How long each latency is measured in a round (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--warm-up",
      defaultValue = "5",
      description = "Seconds before that, which don't count (default: ${DEFAULT-VALUE}).")
  private int warmUp;

  @Option(
      names = "--rates",
      split = ",",
      defaultValue = "1000,20000",
      description = "Messages a second (default: ${DEFAULT-VALUE}).")
  private List<Integer> rates;

  @Option(
      names = "--modes",
      split = ",",
      defaultValue = "REAL_TIME,MICRO_BATCH",
      description = "Of the queries (default: ${DEFAULT-VALUE}).")
  private List<Mode> modes;

  @Option(
      names = "--rows",
      defaultValue = "10000000",
      description = "Rows of the history (default: ${DEFAULT-VALUE}).")
  private long rows;

  @Option(
      names = "--durability",
      defaultValue = "fsync",
      description = "Of Freshet: fsync, or os as Kafka's is (default: ${DEFAULT-VALUE}).")
  private String durability;

  @Option(names = "--no-kafka", description = "Leaves Kafka out.")
  private boolean isWithoutKafka;

  private final Map<Measured, List<Percentiles>> latencies = new LinkedHashMap<>();

  /** What a line of the report is about. */
  private record Measured(String channel, Mode mode, int rate) {}

  private enum Mode {
    REAL_TIME,
    MICRO_BATCH
  }

  @SuppressWarnings("NullAway.Init")
  StreamingCommand() {}

  /** Ends the process with the command's exit code. */
  public static void main(String... arguments) {
    System.exit(new CommandLine(new StreamingCommand()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    Files.createDirectories(parent);
    Path folder = Files.createTempDirectory(parent, "streaming");
    try (ServerProcess server =
            new ServerProcess(folder.resolve("freshet"), "--durability", durability);
        RootAllocator allocator = new RootAllocator();
        FreshetClient client = FreshetClient.connect(server.uri(), allocator);
        SparkSession spark = spark(server)) {
      Callable<Channel> freshet = () -> new FreshetChannel(spark, client, allocator);
      if (isWithoutKafka) {
        measure(folder, List.of(freshet));
      } else {
        try (KafkaBroker kafka = KafkaBroker.start(folder.resolve("kafka"))) {
          measure(folder, List.of(freshet, () -> new KafkaChannel(spark, kafka.address())));
        }
      }
      List<String> catchUp =
          rows == 0
              ? List.of()
              : new CatchUp(spark, client, rows, folder.resolve("catch-up")).run();
      print(catchUp);
    } finally {
      delete(folder);
    }
    return 0;
  }

  /** In turns, so that what the machine does besides is the same for all. */
  private void measure(Path folder, List<Callable<Channel>> channels) throws Exception {
    int runs = 0;
    for (int round = 0; round < rounds; round++) {
      for (Mode mode : modes) {
        for (int rate : rates) {
          for (Callable<Channel> channel : channels) {
            measure(folder.resolve("checkpoint-" + runs++), channel, mode, rate, round > 0);
          }
        }
      }
    }
  }

  private void measure(
      Path checkpoint, Callable<Channel> channels, Mode mode, int rate, boolean counts)
      throws Exception {
    try (Channel channel = channels.call()) {
      Percentiles result =
          new LatencyRun(
                  channel,
                  mode == Mode.REAL_TIME,
                  rate,
                  Duration.ofSeconds(warmUp),
                  Duration.ofSeconds(seconds))
              .run(checkpoint);
      Measured measured = new Measured(channel.name(), mode, rate);
      System.err.printf("%s: %s%s%n", measured, result, counts ? "" : " (warm-up)");
      if (counts) {
        latencies.computeIfAbsent(measured, unused -> new ArrayList<>()).add(result);
      }
    }
  }

  private void print(List<String> catchUp) {
    System.out.println("| from and to | mode | messages/s | p50 ms | p95 ms | p99 ms |");
    System.out.println("|---|---|---|---|---|---|");
    latencies.forEach((measured, results) ->
        System.out.printf(
            "| %s | %s | %,d | %s | %s | %s |%n",
            measured.channel(),
            measured.mode() == Mode.REAL_TIME ? "real-time" : "micro-batch",
            measured.rate(),
            median(results, Percentiles::p50),
            median(results, Percentiles::p95),
            median(results, Percentiles::p99)));
    System.out.println();
    System.out.println("| what is read, and where it goes | rows | s | M rows/s |");
    System.out.println("|---|---|---|---|");
    catchUp.forEach(System.out::println);
  }

  private static String median(List<Percentiles> results, ToDoubleFunction<Percentiles> value) {
    double[] sorted = results.stream().mapToDouble(value).sorted().toArray();
    return String.format(
        "%.1f (%.1f–%.1f)", sorted[sorted.length / 2], sorted[0], sorted[sorted.length - 1]);
  }

  private static SparkSession spark(ServerProcess server) {
    return SparkSession.builder()
        .master("local[2]")
        .appName("freshet-benchmarks")
        .config("spark.ui.enabled", false)
        .config("spark.log.level", "ERROR")
        .config("spark.sql.shuffle.partitions", 1)
        // Our sink is not on Spark's list.
        .config("spark.sql.streaming.realTimeMode.allowlistCheck", false)
        .config(SPARK, "io.freshet.spark.FreshetCatalog")
        .config(SPARK + ".uri", server.uri())
        .getOrCreate();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
