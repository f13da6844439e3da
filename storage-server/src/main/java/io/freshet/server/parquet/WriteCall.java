/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import static io.freshet.error.FreshetErrorCode.INTERNAL;
import static io.freshet.error.FreshetErrorCode.LAKE_UNAVAILABLE;

import io.freshet.error.FreshetException;
import io.freshet.table.TableDefinition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FieldMetrics;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.parquet.ParquetCodecFactory;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.parquet.ParquetUtil;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputCompressor;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/** One call of {@link DataFileWriter#write}: its columns and buffers serve one file at a time. */
final class WriteCall implements AutoCloseable {
  private static final String SCHEMA_KEY = "iceberg.schema";
  private static final String MESSAGE_NAME = "table";
  private static final int CODEC_BUFFER_BYTES = 1 << 16;

  /** A row may have many elements, each with its levels, so fewer rows are taken at once. */
  private static final int MAX_ROWS_WITH_LISTS = 1000;

  private final TableDefinition table;
  private final FileIO io;
  private final Function<PartitionRows, String> newLocation;
  private final Batches batches;
  private final List<String> created;
  private final MessageType type;
  private final WriteSettings settings;
  private final List<LeafColumn> columns;
  private final CompressionCodecFactory codecs;
  private final Stripe stripe;
  private final List<WrittenFile> written = new ArrayList<>();
  private @Nullable OpenFile open;

  /**
   * @param created gets the location of each file as soon as it exists
   */
  WriteCall(
      TableDefinition table,
      FileIO io,
      Function<PartitionRows, String> newLocation,
      Batches batches,
      List<String> created) {
    this.table = table;
    this.io = io;
    this.newLocation = newLocation;
    this.batches = batches;
    this.created = created;
    type = ParquetSchemaUtil.convert(table.schema(), MESSAGE_NAME);
    settings = WriteSettings.of(table, type);
    columns = LeafColumns.over(table.schema(), type, batches.columns(), settings);
    codecs = new ParquetCodecFactory(settings.codecConfiguration(), CODEC_BUFFER_BYTES);
    int maxRows = settings.parquet().getMaxRowCountForPageSizeCheck();
    boolean hasLists =
        type.getColumns().stream().anyMatch(column -> column.getMaxRepetitionLevel() > 0);
    stripe = new Stripe(hasLists ? Math.min(maxRows, MAX_ROWS_WITH_LISTS) : maxRows);
  }

  List<WrittenFile> write() {
    List<PartitionRows> partitions =
        PartitionRows.of(table.schema(), table.partitionSpec(), RowOrder.of(table), batches);
    BytesInputCompressor compressor = codecs.getCompressor(settings.codec());
    for (PartitionRows partition : partitions) {
      long from = 0;
      while (from < partition.rows().size()) {
        from = writeFile(partition, from, compressor);
      }
    }
    return List.copyOf(written);
  }

  /** Writes rows from {@code from} on until the file is full; the first row that is left. */
  private long writeFile(PartitionRows partition, long from, BytesInputCompressor compressor) {
    String location = newLocation.apply(partition);
    try {
      return writeFile(partition, from, compressor, location);
    } catch (FreshetException e) {
      throw e;
    } catch (IOException | UncheckedIOException e) {
      throw new FreshetException(
          LAKE_UNAVAILABLE, failure(location, e) + ". Try again when the lake's storage works", e);
    } catch (RuntimeException e) {
      throw new FreshetException(INTERNAL, failure(location, e), e);
    }
  }

  private String failure(String location, Exception cause) {
    return "Cannot write data file %s of table %s: %s"
        .formatted(location, table.name(), cause.getMessage());
  }

  private long writeFile(
      PartitionRows partition, long from, BytesInputCompressor compressor, String location)
      throws IOException {
    LakeOutput output = new LakeOutput(io.newOutputFile(location), created::add);
    OpenFile file = new OpenFile(output, type, columns, settings, compressor);
    open = file;
    RowOrigins rows = partition.rows();
    long to = from;
    while (to < rows.size() && !file.isFull()) {
      int count =
          (int) Math.min(Math.min(file.nextStripeRows(), stripe.capacity()), rows.size() - to);
      stripe.fill(rows, to, count);
      to += count;
      file.append(stripe, rows.size() - to);
    }
    ParquetMetadata footer = file.finish(Map.of(SCHEMA_KEY, SchemaParser.toJson(table.schema())));
    written.add(
        new WrittenFile(
            dataFile(partition, location, file.finishedSizeBytes(), footer), rows.slice(from, to)));
    open = null;
    return to;
  }

  private DataFile dataFile(
      PartitionRows partition, String location, long sizeBytes, ParquetMetadata footer) {
    Stream<FieldMetrics<?>> floatingPoint =
        columns.stream()
            .map(LeafColumn::metrics)
            .filter(metrics -> metrics != null)
            .map(FloatingPointMetrics::finishFile);
    Metrics metrics = ParquetUtil.footerMetrics(footer, floatingPoint, settings.metrics());
    return DataFiles.builder(table.partitionSpec())
        .withPath(location)
        .withFormat(FileFormat.PARQUET)
        .withPartition(partition.partition())
        .withFileSizeInBytes(sizeBytes)
        .withMetrics(metrics)
        .withSplitOffsets(ParquetUtil.getSplitOffsets(footer))
        .withSortOrder(table.sortOrder())
        .build();
  }

  @Override
  public void close() throws IOException {
    try {
      if (open != null) {
        open.close();
      }
    } finally {
      open = null;
      columns.forEach(LeafColumn::close);
      codecs.release();
    }
  }
}
