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

import io.freshet.arrow.ArrowRows;
import io.freshet.benchmarks.Result.Unit;
import io.freshet.client.FreshetClient;
import io.freshet.lake.LakeFileIO;
import io.freshet.server.parquet.DataFileWriter;
import io.freshet.table.TableDefinition;
import io.freshet.table.TableName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.LocationProviders;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.LocationProvider;
import org.apache.iceberg.parquet.Parquet;
import org.jspecify.annotations.Nullable;

/**
 * Rows on their way to the lake: the writer of data files by itself against Iceberg's generic one
 * on the same rows, and a whole tiering by a server, from fresh rows to the commit.
 */
final class TieringBenchmark implements Benchmark {
  private static final int MAX_WRITER_ROWS = 1_000_000;
  private static final int BATCH_ROWS = 8192;
  private static final double AIM_RATIO = 3;
  private static final double AIM_ROWS = 1_000_000;
  private static final String COLUMNS = "data files, column by column";
  private static final String WHOLE = "whole tiering by a server";
  private static final String ROWS = "data files, Iceberg's row writer";

  @Override
  public String name() {
    return "tiering";
  }

  @Override
  public List<Result> run(Workbench bench) throws Exception {
    List<Result> results = new ArrayList<>(writers(bench));
    results.addAll(server(bench));
    return results;
  }

  private List<Result> writers(Workbench bench) throws Exception {
    int rows = Math.min(bench.settings().rows(), MAX_WRITER_ROWS);
    Path folder = bench.newFolder("files");
    try (TableRows flights = bench.flights(rows);
        LakeFileIO files = new LakeFileIO()) {
      files.initialize(Map.of());
      List<Record> records = new ArrayList<>(rows);
      for (VectorSchemaRoot batch : flights.batches()) {
        records.addAll(new ArrowRows(flights.schema(), batch).copyAll());
      }
      Measured measured =
          bench
              .interleaved()
              .addRate(COLUMNS, rows, List.of(), () -> writeColumns(flights, files, folder))
              .addRate(ROWS, rows, List.of(), () -> writeRows(flights, records, files, folder))
              .run(bench.settings().warmUps(), bench.settings().rounds());
      List<Result> results = new ArrayList<>();
      for (Result result : measured.medians(name())) {
        boolean isOurs = result.what().equals(COLUMNS);
        results.add(isOurs ? result.withAim(Aim.atLeast(AIM_ROWS)) : result);
      }
      results.add(
          measured
              .ratio(name(), "column by column ÷ row writer", COLUMNS, ROWS)
              .withAim(Aim.atLeast(AIM_RATIO)));
      results.add(
          measured.ratio(
              name(),
              "column by column ÷ row writer, processor time",
              perCpuSecond(COLUMNS),
              perCpuSecond(ROWS)));
      return results;
    } finally {
      Workbench.delete(folder);
    }
  }

  private List<Result> server(Workbench bench) throws Exception {
    Path data = bench.newFolder("tiering");
    try (TableRows flights = bench.flights(bench.settings().rows());
        TableRows batches = flights.inBatches(BATCH_ROWS, flights.rows(), bench.allocator());
        ServerProcess server = ServerProcess.start(data, "1GB");
        FreshetClient client = bench.connect(server)) {
      Measured measured =
          bench
              .interleaved()
              .addRate(WHOLE, flights.rows(), List.of(server), new Tiering(bench, client, batches))
              .run(bench.settings().warmUps(), bench.settings().rounds());
      List<Result> results = measured.medians(name());
      results.replaceAll(
          result -> result.what().equals(WHOLE) ? result.withAim(Aim.atLeast(AIM_ROWS)) : result);
      return results;
    } finally {
      Workbench.delete(data);
    }
  }

  private static String perCpuSecond(String what) {
    return what + ", " + Unit.ROWS_PER_CPU_SECOND.text;
  }

  private static void writeColumns(TableRows flights, LakeFileIO files, Path folder) {
    TableDefinition table =
        new TableDefinition(
            TableName.parse("bench.flights"),
            flights.schema(),
            PartitionSpec.unpartitioned(),
            SortOrder.unsorted(),
            1,
            List.of(),
            Map.of());
    LocationProvider locations =
        LocationProviders.locationsFor(folder.toUri().toString(), Map.of());
    String prefix = "columns-" + UUID.randomUUID();
    var unused = new DataFileWriter(table, files, locations, prefix).write(flights.batches());
  }

  private static void writeRows(
      TableRows flights, List<Record> records, LakeFileIO files, Path folder) throws IOException {
    String name = "rows-" + UUID.randomUUID() + ".parquet";
    DataWriter<Record> writer =
        Parquet.writeData(files.newOutputFile(folder.resolve(name).toUri().toString()))
            .schema(flights.schema())
            .createWriterFunc(type -> GenericParquetWriter.create(flights.schema(), type))
            .set("write.parquet.compression-codec", "zstd")
            .metricsConfig(MetricsConfig.getDefault())
            .withSpec(PartitionSpec.unpartitioned())
            .build();
    try (writer) {
      records.forEach(writer::write);
    }
  }

  /** A tiering of a new table each time. */
  private static final class Tiering implements TimedWork {
    private final Workbench bench;
    private final FreshetClient client;
    private final TableRows rows;
    private @Nullable TableName table;

    Tiering(Workbench bench, FreshetClient client, TableRows rows) {
      this.bench = bench;
      this.client = client;
      this.rows = rows;
    }

    @Override
    public void prepare() {
      table = bench.createTable(client, rows.schema());
      bench.append(client, table, rows);
    }

    @Override
    public void run() {
      long tiered = client.tier(requireNonNull(table)).rows();
      if (tiered != rows.rows()) {
        throw new IllegalStateException("Tiered " + tiered + " of " + rows.rows() + " rows");
      }
    }

    @Override
    public void cleanUp() {
      client.purgeTable(requireNonNull(table));
    }
  }
}
