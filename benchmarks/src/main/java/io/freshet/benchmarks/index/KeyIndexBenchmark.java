/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks.index;

import io.freshet.server.index.KeyForm;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntToLongFunction;
import java.util.stream.Stream;

/**
 * Upserts (get the location before, store the new one) and lookups of random keys that are there,
 * by one thread, in rounds that alternate between the key index and RocksDB. Rates are by the wall
 * clock and by the CPU time of the measuring thread, which a busy machine changes less.
 *
 * <p>Arguments: number of keys, upserts in a round, rounds, {@code exact} or {@code hashed}.
 */
public final class KeyIndexBenchmark {
  private static final int BATCH = 4096;
  private static final int LATENCY_SAMPLES = 50_000;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final int keys;
  private final int upserts;
  private final int rounds;
  private final KeyForm form;
  private final SplittableRandom random = new SplittableRandom(42);
  private final long[] first = new long[BATCH];
  private final long[] second = new long[BATCH];
  private final long[] locations = new long[BATCH];
  private final long[] previous = new long[BATCH];

  private KeyIndexBenchmark(int keys, int upserts, int rounds, KeyForm form) {
    this.keys = keys;
    this.upserts = upserts;
    this.rounds = rounds;
    this.form = form;
  }

  /** Measures and prints. */
  public static void main(String[] arguments) throws Exception {
    KeyIndexBenchmark benchmark =
        new KeyIndexBenchmark(
            Integer.parseInt(arguments[0]),
            Integer.parseInt(arguments[1]),
            Integer.parseInt(arguments[2]),
            arguments[3].equals("exact") ? KeyForm.EXACT : KeyForm.HASHED);
    Path folder = Files.createTempDirectory(Path.of("."), "key-index-benchmark");
    try {
      benchmark.run(folder);
    } finally {
      delete(folder);
    }
  }

  private void run(Path folder) throws Exception {
    int words = form == KeyForm.EXACT ? 1 : 2;
    try (KeyStore freshet = new FreshetKeyStore(folder, form);
        KeyStore rocks = new RocksKeyStore(folder.resolve("rocks"), words)) {
      List<KeyStore> stores = List.of(freshet, rocks);
      long[] sorted = new long[keys];
      Arrays.setAll(sorted, KeyIndexBenchmark::key);
      Arrays.parallelSort(sorted);
      load(freshet, KeyIndexBenchmark::key);
      // What suits it best; the other table would fill up at one end, which mixed keys never do.
      int negative = Arrays.binarySearch(sorted, 0);
      int start = negative < 0 ? -negative - 1 : negative;
      load(rocks, number -> sorted[(start + number) % keys]);
      for (int round = 1; round <= rounds; round++) {
        for (KeyStore store : stores) {
          upsert(store, round);
        }
      }
      for (KeyStore store : stores) {
        store.settle();
        lookUp(store);
        System.out.printf("%-16s %s%n", name(store), store.size(keys));
      }
    }
  }

  private void load(KeyStore store, IntToLongFunction order) throws Exception {
    Stopwatch watch = new Stopwatch();
    for (int done = 0; done < keys; done += BATCH) {
      int count = Math.min(BATCH, keys - done);
      for (int i = 0; i < count; i++) {
        setKey(i, order.applyAsLong(done + i));
        locations[i] = done + i;
      }
      store.load(first, second, locations, count);
    }
    store.settle();
    watch.print(store, "load", keys);
  }

  private void upsert(KeyStore store, int round) throws Exception {
    Stopwatch watch = new Stopwatch();
    for (int done = 0; done < upserts; done += BATCH) {
      for (int i = 0; i < BATCH; i++) {
        setKey(i, key(random.nextInt(keys)));
        locations[i] = (long) round * upserts + done + i;
      }
      store.upsert(first, second, locations, previous, BATCH);
      for (int i = 0; i < BATCH; i++) {
        if (previous[i] < 0) {
          throw new IllegalStateException("A key is lost");
        }
      }
    }
    watch.print(store, "upsert round " + round, upserts);
  }

  private void lookUp(KeyStore store) throws Exception {
    Stopwatch watch = new Stopwatch();
    int lookups = 100 * BATCH;
    for (int done = 0; done < lookups; done += BATCH) {
      for (int i = 0; i < BATCH; i++) {
        setKey(i, key(random.nextInt(keys)));
      }
      store.get(first, second, locations, BATCH);
    }
    watch.print(store, "lookup, batched", lookups);
    long[] nanos = new long[LATENCY_SAMPLES];
    for (int sample = 0; sample < LATENCY_SAMPLES; sample++) {
      setKey(0, key(random.nextInt(keys)));
      long start = System.nanoTime();
      store.get(first, second, locations, 1);
      nanos[sample] = System.nanoTime() - start;
    }
    Arrays.sort(nanos);
    System.out.printf(
        "%-16s lookup of one key: p50 %.1f us, p99 %.1f us%n",
        name(store), nanos[LATENCY_SAMPLES / 2] / 1e3, nanos[LATENCY_SAMPLES / 100 * 99] / 1e3);
  }

  private void setKey(int i, long key) {
    first[i] = key;
    second[i] = key * 0x9e3779b97f4a7c15L;
  }

  /** A different, even key for each number. */
  private static long key(int number) {
    long x = (number + 1L) * 0x9e3779b97f4a7c15L;
    x = (x ^ x >>> 32) * 0xd6e8feb86659fd93L;
    x = (x ^ x >>> 32) * 0xd6e8feb86659fd93L;
    return x ^ x >>> 32;
  }

  private static String name(KeyStore store) {
    return store.getClass().getSimpleName();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /** Time since it was made. */
  private static final class Stopwatch {
    private final long wallNanos = System.nanoTime();
    private final long cpuNanos = THREADS.getCurrentThreadCpuTime();

    void print(KeyStore store, String what, long operations) {
      double wall = (System.nanoTime() - wallNanos) / 1e9;
      double cpu = (THREADS.getCurrentThreadCpuTime() - cpuNanos) / 1e9;
      System.out.printf(
          "%-16s %-16s %6.3f M/s, %6.3f M per CPU second%n",
          name(store), what, operations / wall / 1e6, operations / cpu / 1e6);
    }
  }
}
