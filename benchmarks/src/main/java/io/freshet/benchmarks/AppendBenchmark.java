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
import io.freshet.table.TableName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * Durable appends of one client over the loopback interface, and what the disk could take of the
 * same bytes. Batches are built beforehand.
 */
final class AppendBenchmark implements Benchmark {
  private static final double AIM_ROWS = 3_000_000;
  private static final int WIDE_SHARE = 16;
  private static final double WIDE_BYTES = 100;

  /** A table's rows, cut into batches of one size. */
  private static final class Case {
    final String name;
    final TableRows rows;

    /** For each bucket, the bytes of the log's groups in the last round. */
    List<List<Long>> groups = List.of();

    Case(String name, TableRows rows) {
      this.name = name;
      this.rows = rows;
    }

    double meanGroup() {
      return groups.stream().flatMap(List::stream).mapToLong(Long::longValue).average().orElse(0);
    }
  }

  @Override
  public String name() {
    return "append";
  }

  @Override
  public List<Result> run(Workbench bench) throws Exception {
    List<Result> results = new ArrayList<>();
    int rows = bench.settings().rows();
    try (TableRows flights = bench.flights(rows)) {
      results.addAll(measure(bench, "flights", flights, List.of(1024, 8192, 65_536)));
      try (TableRows wider = Flights.with64Bytes(flights, bench.allocator())) {
        results.addAll(measure(bench, "64-byte", wider, List.of(1024, 8192, 65_536)));
      }
    }
    try (TableRows flights = bench.flights(Math.max(1000, rows / WIDE_SHARE));
        TableRows wide = Flights.wide(flights, bench.allocator())) {
      results.addAll(measure(bench, "wide", wide, List.of(256, 1024, 8192)));
    }
    return results;
  }

  private List<Result> measure(
      Workbench bench, String shape, TableRows rows, List<Integer> batchRows) throws Exception {
    Path data = bench.newFolder("append");
    List<Case> cases = new ArrayList<>();
    try (ServerProcess server = ServerProcess.start(data, "256MB");
        FreshetClient client = bench.connect(server)) {
      for (int size : batchRows) {
        cases.add(
            new Case(
                shape + ", batches of " + size,
                rows.inBatches(size, rows.rows(), bench.allocator())));
      }
      bench
          .progress()
          .say(
              String.format(
                  "append %s: %d rows, %.1f bytes of Arrow data a row",
                  shape, rows.rows(), (double) rows.bytes() / rows.rows()));
      return measure(bench, shape, cases, client, data);
    } finally {
      cases.forEach(each -> each.rows.close());
      Workbench.delete(data);
    }
  }

  private List<Result> measure(
      Workbench bench, String shape, List<Case> cases, FreshetClient client, Path data)
      throws Exception {
    RawDisk disk = new RawDisk(bench.newFolder("raw"));
    String stream = "disk, " + shape + ", one stream";
    Interleaved interleaved = bench.interleaved();
    for (Case each : cases) {
      interleaved.add(each.name, () -> append(bench, client, each, data));
      interleaved.add("disk, as " + each.name, () -> disk.groupsMegabytesPerSecond(each.groups));
    }
    long streamBytes = cases.get(0).rows.bytes();
    interleaved.add(stream, () -> disk.streamMegabytesPerSecond(streamBytes));
    Measured measured = interleaved.run(bench.settings().warmUps(), bench.settings().rounds());
    List<Result> results = new ArrayList<>();
    measured
        .cases()
        .forEach((name, samples) -> {
          Unit unit = name.startsWith("disk") ? Unit.MEGABYTES_PER_SECOND : Unit.ROWS_PER_SECOND;
          results.add(Result.median(name(), name, unit, samples));
        });
    for (Case each : cases) {
      results.add(
          Result.single(name(), "bytes a sync, " + each.name, Unit.BYTES, each.meanGroup()));
    }
    results.addAll(best(shape, cases, measured, measured.of(stream)));
    return results;
  }

  private List<Result> best(String shape, List<Case> cases, Measured measured, Samples stream) {
    Case best =
        Collections.max(cases, Comparator.comparingDouble(each -> measured.of(each.name).median()));
    double bytesPerRow = (double) best.rows.bytes() / best.rows.rows();
    Samples rows = measured.of(best.name);
    Result bestRows = Result.median(name(), shape + ", best", Unit.ROWS_PER_SECOND, rows);
    Samples megabytes = rows.times(bytesPerRow / 1e6);
    double halfDisk = stream.median() * 1e6 / bytesPerRow / 2;
    return List.of(
        bytesPerRow < WIDE_BYTES
            ? bestRows.withAim(Aim.atLeast(Math.min(AIM_ROWS, halfDisk)))
            : bestRows,
        Result.median(name(), shape + ", best, Arrow data", Unit.MEGABYTES_PER_SECOND, megabytes));
  }

  /** Rows per second into a new table; also notes in which groups the log wrote them. */
  private static double append(Workbench bench, FreshetClient client, Case each, Path data)
      throws IOException {
    TableName table = bench.createTable(client, each.rows.schema());
    long start = System.nanoTime();
    bench.append(client, table, each.rows);
    double seconds = Workbench.seconds(start);
    each.groups = LogGroups.read(data);
    client.purgeTable(table);
    return each.rows.rows() / seconds;
  }
}
