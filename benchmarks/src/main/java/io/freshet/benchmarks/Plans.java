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
import io.freshet.protocol.FileOverlay;
import io.freshet.protocol.UnionSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Plans after some more changes each, and plans of what has been planned before. */
final class Plans {
  private static final int PLANS = 200;
  private static final int WARM_UPS = 50;
  private static final int CHANGES_BETWEEN_PLANS = 100;

  private Plans() {}

  /**
   * Measures plans of {@link AccountsTable}.
   *
   * @param rows of the table, which has all the ids below
   */
  static List<Result> measure(String benchmark, Workbench bench, FreshetClient client, long rows) {
    Random random = new Random(6);
    List<Double> changed = new ArrayList<>();
    List<Double> same = new ArrayList<>();
    for (int i = -WARM_UPS; i < PLANS; i++) {
      new AccountsTable(client, bench.allocator())
          .upsert(CHANGES_BETWEEN_PLANS, () -> random.nextLong(rows));
      double first = planMillis(client);
      double second = planMillis(client);
      if (i >= 0) {
        changed.add(first);
        same.add(second);
      }
    }
    UnionSnapshot last = client.plan(AccountsTable.NAME);
    client.release(last);
    long bytes = 0;
    for (FileOverlay overlay : last.overlays()) {
      bytes += overlay.overlay().length + (overlay.merged() == null ? 0 : overlay.merged().length);
    }
    return List.of(
        Result.percentile(benchmark, "plan, p50", Unit.MILLISECONDS, Samples.of(changed), 50),
        Result.percentile(benchmark, "plan, p99", Unit.MILLISECONDS, Samples.of(changed), 99)
            .withAim(Aim.atMost(20)),
        Result.percentile(benchmark, "plan again, p50", Unit.MILLISECONDS, Samples.of(same), 50),
        Result.percentile(benchmark, "plan again, p99", Unit.MILLISECONDS, Samples.of(same), 99),
        Result.single(benchmark, "deletion vectors of a plan", Unit.BYTES, bytes),
        Result.single(benchmark, "touched files", Unit.FILES, last.overlays().size()),
        Result.single(benchmark, "overlay positions", Unit.ROWS, last.overlayRows()));
  }

  private static double planMillis(FreshetClient client) {
    long start = System.nanoTime();
    UnionSnapshot planned = client.plan(AccountsTable.NAME);
    double millis = Workbench.seconds(start) * 1_000;
    client.release(planned);
    return millis;
  }
}
