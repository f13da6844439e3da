/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks;

import io.freshet.benchmarks.Result.Unit;
import io.freshet.client.FreshetClient;
import io.freshet.client.KeyLookUp;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * Look-ups of random rows that are all in the lake: one after the other, first of rows whose pages
 * nobody has read yet, and many under way.
 */
final class LookUpBenchmark implements Benchmark {
  /** Enough for all pages of 10 million rows. */
  private static final String CACHE = "512MB";

  private static final int COLD_KEYS = 200;
  private static final int WARM_KEYS = 5_000;
  private static final int BATCH_KEYS = 1_000;
  private static final int BATCHES_AHEAD = 16;
  private static final int KEYS_AHEAD = 500;
  private static final int MANY_KEYS = 1_000_000;
  private static final int SINGLE_KEYS = 50_000;
  private static final double AIM_KEYS = 100_000;
  private static final String MANY = "many under way, " + BATCH_KEYS + " keys in a batch";
  private static final String SINGLES = "many under way, one key in a batch";

  @Override
  public String name() {
    return "look-up";
  }

  @Override
  public List<Result> run(Workbench bench) throws Exception {
    Path data = bench.newFolder("look-up");
    long rows = bench.settings().rows();
    List<Result> results = new ArrayList<>();
    try {
      try (ServerProcess server = ServerProcess.start(data, "1GB", CACHE);
          FreshetClient client = bench.connect(server)) {
        bench.progress().say("Loading " + rows + " rows");
        new AccountsTable(client, bench.allocator()).load(rows, Map.of());
        try (KeyLookUp lookUp = client.newLookUp(AccountsTable.NAME, null)) {
          results.addAll(singles(bench, lookUp, COLD_KEYS, "one key, cold"));
          Measured measured = manyKeys(bench, server, lookUp);
          results.add(measured.median(name(), MANY).withAim(Aim.atLeast(AIM_KEYS)));
          results.add(measured.median(name(), SINGLES));
          results.addAll(singles(bench, lookUp, WARM_KEYS, "one key, warm"));
        }
      }
      try (ServerProcess server = ServerProcess.start(data, "1GB");
          FreshetClient client = bench.connect(server);
          KeyLookUp lookUp = client.newLookUp(AccountsTable.NAME, null)) {
        results.add(
            manyKeys(bench, server, lookUp)
                .median(name(), MANY)
                .named(MANY + ", default look-up-cache"));
      }
      return results;
    } finally {
      Workbench.delete(data);
    }
  }

  private static Measured manyKeys(Workbench bench, ServerProcess server, KeyLookUp lookUp)
      throws Exception {
    Random random = new Random(7);
    int many = Math.min(MANY_KEYS, bench.settings().rows());
    int single = Math.min(SINGLE_KEYS, bench.settings().rows());
    return bench
        .interleaved()
        .addRate(
            MANY,
            many,
            List.of(server),
            () -> lookUp(bench, lookUp, random, many, BATCH_KEYS, BATCHES_AHEAD))
        .addRate(
            SINGLES,
            single,
            List.of(server),
            () -> lookUp(bench, lookUp, random, single, 1, KEYS_AHEAD))
        .run(bench.settings().warmUps(), bench.settings().rounds());
  }

  private List<Result> singles(Workbench bench, KeyLookUp lookUp, int count, String what) {
    Random random = new Random(8);
    List<Double> millis = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      try (VectorSchemaRoot keys = keys(bench, lookUp, random, 1)) {
        long start = System.nanoTime();
        try (VectorSchemaRoot found = lookUp.lookUp(keys)) {
          millis.add(Workbench.seconds(start) * 1_000);
          check(found, 1);
        }
      }
    }
    Samples samples = Samples.of(millis);
    return List.of(
        Result.percentile(name(), what + ", p50", Unit.MILLISECONDS, samples, 50)
            .withAim(Aim.atMost(1)),
        Result.percentile(name(), what + ", p99", Unit.MILLISECONDS, samples, 99));
  }

  private static void lookUp(
      Workbench bench, KeyLookUp lookUp, Random random, int count, int batchKeys, int ahead) {
    int batches = count / batchKeys;
    for (int batch = 0; batch < batches + ahead; batch++) {
      if (batch < batches) {
        try (VectorSchemaRoot keys = keys(bench, lookUp, random, batchKeys)) {
          lookUp.send(keys);
        }
      }
      if (batch >= ahead) {
        try (VectorSchemaRoot found = lookUp.receive()) {
          check(found, batchKeys);
        }
      }
    }
  }

  private static VectorSchemaRoot keys(
      Workbench bench, KeyLookUp lookUp, Random random, int count) {
    VectorSchemaRoot keys = VectorSchemaRoot.create(lookUp.keySchema(), bench.allocator());
    BigIntVector ids = (BigIntVector) keys.getVector(0);
    ids.allocateNew(count);
    for (int i = 0; i < count; i++) {
      ids.set(i, random.nextLong(bench.settings().rows()));
    }
    keys.setRowCount(count);
    return keys;
  }

  private static void check(VectorSchemaRoot rows, int count) {
    BitVector found = (BitVector) rows.getVector("_found");
    if (rows.getRowCount() != count || found.getNullCount() > 0) {
      throw new IllegalStateException(rows.getRowCount() + " rows instead of " + count);
    }
    for (int row = 0; row < count; row++) {
      if (found.get(row) == 0) {
        throw new IllegalStateException("Row " + row + " was not found");
      }
    }
  }
}
