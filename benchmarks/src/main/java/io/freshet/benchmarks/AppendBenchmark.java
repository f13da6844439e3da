/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks;

import static java.util.Objects.requireNonNull;

import io.freshet.benchmarks.Result.Unit;
import io.freshet.client.FreshetClient;
import io.freshet.table.TableName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Durable appends of one client over the loopback interface, and what the disk could take of the
 * same bytes. Batches are built beforehand.
 */
final class AppendBenchmark implements Benchmark {
  private static final double AIM_ROWS = 3_000_000;
  private static final int WIDE_SHARE = 16;
  private static final String STREAM = "disk, one stream, as ";
  private static final List<Integer> BATCH_ROWS = List.of(1024, 8192, 65_536);
  private static final List<Integer> WIDE_BATCH_ROWS = List.of(256, 1024, 8192);

  @Override
  public String name() {
    return "append";
  }

  @Override
  public List<Result> run(Workbench bench) throws Exception {
    Path data = bench.newFolder("append");
    int rows = bench.settings().rows();
    List<Result> results = new ArrayList<>();
    try (ServerProcess server = ServerProcess.start(data, "256MB");
        FreshetClient client = bench.connect(server)) {
      Place place = new Place(bench, server, client, data);
      try (TableRows flights = bench.flights(rows)) {
        results.addAll(measure(place, "flights", flights, BATCH_ROWS));
        try (TableRows wider = Flights.with64Bytes(flights, bench.allocator())) {
          List<Result> measured = measure(place, "64-byte", wider, BATCH_ROWS);
          Result best = measured.remove(measured.size() - 1);
          results.addAll(measured);
          results.add(best.withAim(Aim.atLeast(aim(measured, wider))));
        }
      }
      try (TableRows flights = bench.flights(Math.max(1000, rows / WIDE_SHARE));
          TableRows wide = Flights.wide(flights, bench.allocator())) {
        results.addAll(measure(place, "wide", wide, WIDE_BATCH_ROWS));
      }
    } finally {
      Workbench.delete(data);
    }
    return results;
  }

  /** Half of what the disk takes as one stream, if that is below the aim. */
  private static double aim(List<Result> measured, TableRows rows) {
    double disk =
        measured.stream()
            .filter(result -> result.what().startsWith(STREAM))
            .mapToDouble(Result::value)
            .findFirst()
            .orElseThrow();
    return Math.min(AIM_ROWS, disk * 1e6 / 2 / rows.bytes() * rows.rows());
  }

  /** The results of one table; the last is that of the best batch size. */
  private List<Result> measure(Place place, String shape, TableRows rows, List<Integer> batchRows)
      throws Exception {
    Workbench bench = place.bench();
    List<Case> cases = new ArrayList<>();
    try {
      for (int size : batchRows) {
        TableRows cut = rows.inBatches(size, rows.rows(), bench.allocator());
        cases.add(new Case(shape + ", batches of " + size, cut, place));
      }
      double rowBytes = (double) rows.bytes() / rows.rows();
      bench
          .progress()
          .say(
              String.format(
                  "append %s: %d rows, %.1f bytes of Arrow data a row",
                  shape, rows.rows(), rowBytes));
      Measured measured = measure(place, shape, rows.bytes(), cases);
      List<Result> results = measured.medians(name());
      for (Case each : cases) {
        results.add(
            Result.single(name(), "bytes a sync, " + each.name, Unit.BYTES, each.meanGroup()));
      }
      Case best =
          Collections.max(
              cases, Comparator.comparingDouble(each -> measured.of(each.name).median()));
      Samples speed = measured.of(best.name);
      results.add(
          Result.median(
              name(),
              shape + ", best, Arrow data",
              Unit.MEGABYTES_PER_SECOND,
              speed.times(rowBytes / 1e6)));
      results.add(Result.median(name(), shape + ", best", Unit.ROWS_PER_SECOND, speed));
      return results;
    } finally {
      cases.forEach(each -> each.rows.close());
    }
  }

  private static Measured measure(Place place, String shape, long bytes, List<Case> cases)
      throws Exception {
    Workbench bench = place.bench();
    RawDisk disk = new RawDisk(bench.newFolder("raw"));
    Interleaved interleaved = bench.interleaved();
    for (Case each : cases) {
      interleaved.addRate(each.name, each.rows.rows(), List.of(place.server()), each);
      interleaved.add(
          "disk, in the groups of " + each.name,
          Unit.MEGABYTES_PER_SECOND,
          () -> disk.groupsMegabytesPerSecond(each.groups));
    }
    interleaved.add(
        STREAM + shape, Unit.MEGABYTES_PER_SECOND, () -> disk.streamMegabytesPerSecond(bytes));
    return interleaved.run(bench.settings().warmUps(), bench.settings().rounds());
  }

  /** Where rows are appended. */
  private record Place(Workbench bench, ServerProcess server, FreshetClient client, Path data) {}

  /** Appends of one table's rows, cut into batches of one size, to a new table each time. */
  private static final class Case implements TimedWork {
    final String name;
    final TableRows rows;
    final Place place;

    /** For each bucket, the bytes of the log's groups in the last round. */
    List<List<Long>> groups = List.of();

    private @Nullable TableName table;

    Case(String name, TableRows rows, Place place) {
      this.name = name;
      this.rows = rows;
      this.place = place;
    }

    @Override
    public void prepare() {
      table = place.bench().createTable(place.client(), rows.schema());
    }

    @Override
    public void run() {
      place.bench().append(place.client(), requireNonNull(table), rows);
    }

    @Override
    public void cleanUp() throws IOException {
      groups = LogGroups.read(place.data());
      place.client().purgeTable(requireNonNull(table));
    }

    double meanGroup() {
      return groups.stream().flatMap(List::stream).mapToLong(Long::longValue).average().orElse(0);
    }
  }
}
