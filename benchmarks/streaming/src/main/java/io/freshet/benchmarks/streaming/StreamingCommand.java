/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks.streaming;

import io.freshet.client.FreshetClient;
import io.freshet.testing.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
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
      names = "--seconds",
      defaultValue = "60",
      description = "How long each latency is measured (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--warm-up",
      defaultValue = "15",
      description = "Seconds before that, which don't count (default: ${DEFAULT-VALUE}).")
  private int warmUp;

  @Option(
      names = "--rates",
      split = ",",
      defaultValue = "1000,20000",
      description = "Messages a second (default: ${DEFAULT-VALUE}).")
  private List<Integer> rates;

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

  private final List<String> latencies = new ArrayList<>();

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
      for (int rate : rates) {
        measure(folder, rate, () -> new FreshetChannel(spark, client, allocator));
      }
      if (!isWithoutKafka) {
        try (KafkaBroker kafka = KafkaBroker.start(folder.resolve("kafka"))) {
          for (int rate : rates) {
            measure(folder, rate, () -> new KafkaChannel(spark, kafka.address()));
          }
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

  private void measure(Path folder, int rate, Callable<Channel> channels) throws Exception {
    for (boolean isRealTime : new boolean[] {true, false}) {
      try (Channel channel = channels.call()) {
        String line =
            new LatencyRun(
                    channel,
                    isRealTime,
                    rate,
                    Duration.ofSeconds(warmUp),
                    Duration.ofSeconds(seconds))
                .run(folder.resolve("checkpoint-" + latencies.size()));
        latencies.add(line);
        System.err.println(line);
      }
    }
  }

  private void print(List<String> catchUp) {
    System.out.println("| from and to | mode | messages/s | arrived | p50 ms | p95 ms | p99 ms |");
    System.out.println("|---|---|---|---|---|---|---|");
    latencies.forEach(System.out::println);
    System.out.println();
    System.out.println("| what is read, and where it goes | rows | s | M rows/s |");
    System.out.println("|---|---|---|---|");
    catchUp.forEach(System.out::println);
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
