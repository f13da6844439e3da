/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks;

import io.freshet.client.FreshetClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Plans of a primary-key table whose superseded rows are in about a thousand files. */
final class PlanBenchmark implements Benchmark {
  private static final int FILES = 1_000;

  /** As {@link Accounts} are stored. */
  private static final int STORED_ROW_BYTES = 43;

  private static final int TIERED_SHARE = 50;
  private static final int UPDATED_SHARE = 20;

  @Override
  public String name() {
    return "plan";
  }

  @Override
  public List<Result> run(Workbench bench) throws Exception {
    Path data = bench.newFolder("plan");
    long rows = bench.settings().rows();
    long fileBytes = Math.max(1024, rows * STORED_ROW_BYTES / FILES);
    try (ServerProcess server = ServerProcess.start(data, "1GB");
        FreshetClient client = bench.connect(server)) {
      bench.progress().say("Loading " + rows + " rows");
      AccountsTable table = new AccountsTable(client, bench.allocator());
      table.load(rows, Map.of("write.target-file-size-bytes", Long.toString(fileBytes)));
      Random random = new Random(2);
      table.upsert(rows / TIERED_SHARE, () -> random.nextLong(rows));
      client.tier(AccountsTable.NAME); // So the base has deletion vectors of its own.
      table.upsert(rows / UPDATED_SHARE, () -> random.nextLong(rows));
      return Plans.measure(name(), bench, client, rows);
    } finally {
      Workbench.delete(data);
    }
  }
}
