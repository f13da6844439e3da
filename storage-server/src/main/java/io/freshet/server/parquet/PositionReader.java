/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import static io.freshet.error.FreshetErrorCode.INDEX_CORRUPT;
import static java.util.Objects.requireNonNull;

import io.freshet.arrow.ArrowBatches;
import io.freshet.arrow.ArrowSchemas;
import io.freshet.error.FreshetException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.util.VectorSchemaRootAppender;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.io.FileIO;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads single rows of data files by their positions. Keeps the files open that it has read last,
 * since opening one costs more than reading a row, and rows near those that it was asked for, since
 * a page has to be decoded whole. For one thread.
 */
public final class PositionReader implements AutoCloseable {
  static final int MAX_OPEN_FILES = 32;

  private static final Logger LOG = LoggerFactory.getLogger(PositionReader.class);
  private static final int BATCH_ROWS = 4096;

  /** Rows are decoded and kept in blocks of so many positions. */
  static final int BLOCK_ROWS = 1024;

  /** Of all blocks that are kept. */
  static final long MAX_KEPT_BYTES = 32 << 20;

  private final Schema columns;
  private final FileIO io;
  private final BufferAllocator allocator;
  private final VectorSchemaRoot rows;

  /** By location, the one that was read longest ago first; empty for those that need a scan. */
  private final LinkedHashMap<String, Opened> open = new LinkedHashMap<>(16, 0.75f, true);

  /** Rows that were decoded, the block that was used longest ago first. */
  private final LinkedHashMap<BlockName, Block> blocks = new LinkedHashMap<>(16, 0.75f, true);

  private long keptBytes;

  private record Opened(@Nullable PageReads pages) {}

  private record BlockName(String location, long number) {}

  private record Block(VectorSchemaRoot rows, long bytes) {}

  /**
   * A data file of the lake.
   *
   * @param spec the one that the file was written with
   */
  public record SourceFile(DataFile file, PartitionSpec spec) {}

  /**
   * @param columns of the rows
   * @param allocator borrowed
   */
  public PositionReader(Schema columns, FileIO io, BufferAllocator allocator) {
    this.columns = columns;
    this.io = io;
    this.allocator = allocator;
    this.rows = VectorSchemaRoot.create(ArrowSchemas.toArrow(columns), allocator);
  }

  /**
   * Reads rows of a file.
   *
   * @param positions long[n], ascending, each once
   * @return batches that have the rows together, in order; they belong to the caller
   * @throws io.freshet.error.FreshetException LAKE_UNAVAILABLE if the storage fails, LAKE_DIVERGED
   *     if the file is damaged, INDEX_CORRUPT if it has fewer rows
   */
  public List<VectorSchemaRoot> read(SourceFile source, long[] positions) {
    long last = positions[positions.length - 1];
    if (last >= source.file().recordCount()) {
      throw FreshetException.of(
          INDEX_CORRUPT,
          "Cannot read position %d of data file %s: it has %d rows, so the key index that named it is"
              + " damaged. Stop the server and delete the index folder in its data folder: it is made anew"
              + " from the lake.",
          last,
          source.file().location(),
          source.file().recordCount());
    }
    List<VectorSchemaRoot> read = new ArrayList<>();
    try {
      PageReads pages = pages(source);
      if (pages == null) {
        scan(source, positions, read);
      } else {
        for (int next = 0; next < positions.length; ) {
          int end = endOfBlock(positions, next);
          read.add(
              gather(block(source, pages, positions[next] / BLOCK_ROWS), positions, next, end));
          next = end;
        }
      }
      return read;
    } catch (IOException | RuntimeException e) {
      read.forEach(VectorSchemaRoot::close);
      forget(source.file().location());
      throw DataFileFailure.of(source.file(), positions[0], e);
    }
  }

  @Override
  public void close() {
    rows.close();
    blocks.values().forEach(block -> block.rows().close());
    blocks.clear();
    keptBytes = 0;
    List.copyOf(open.keySet()).forEach(this::forget);
  }

  private static int endOfBlock(long[] positions, int from) {
    int end = from;
    while (end < positions.length && positions[end] / BLOCK_ROWS == positions[from] / BLOCK_ROWS) {
      end++;
    }
    return end;
  }

  private VectorSchemaRoot gather(VectorSchemaRoot block, long[] positions, int from, int to) {
    int[] wanted = new int[to - from];
    for (int i = 0; i < wanted.length; i++) {
      wanted[i] = (int) (positions[from + i] % BLOCK_ROWS);
    }
    return ArrowBatches.gather(block, wanted, allocator);
  }

  private VectorSchemaRoot block(SourceFile source, PageReads pages, long number)
      throws IOException {
    BlockName name = new BlockName(source.file().location(), number);
    Block known = blocks.get(name);
    if (known != null) {
      return known.rows();
    }
    long start = number * BLOCK_ROWS;
    long end = Math.min(start + BLOCK_ROWS, source.file().recordCount());
    VectorSchemaRoot decoded = decode(pages, LongStream.range(start, end).toArray());
    long bytes = decoded.getFieldVectors().stream().mapToLong(FieldVector::getBufferSize).sum();
    blocks.put(name, new Block(decoded, bytes));
    keptBytes += bytes;
    while (keptBytes > MAX_KEPT_BYTES && blocks.size() > 1) {
      BlockName oldest = blocks.keySet().iterator().next();
      Block dropped = requireNonNull(blocks.remove(oldest), "block");
      keptBytes -= dropped.bytes();
      dropped.rows().close();
    }
    return decoded;
  }

  /** A block may be in two row groups. */
  private VectorSchemaRoot decode(PageReads pages, long[] positions) throws IOException {
    int count = pages.read(positions, 0, rows);
    VectorSchemaRoot decoded = DataFileReader.take(rows);
    try {
      while (count < positions.length) {
        count += pages.read(positions, count, rows);
        VectorSchemaRootAppender.append(false, decoded, rows);
      }
      return decoded;
    } catch (IOException | RuntimeException e) {
      decoded.close();
      throw e;
    }
  }

  private @Nullable PageReads pages(SourceFile source) throws IOException {
    String location = source.file().location();
    Opened known = open.get(location);
    if (known != null) {
      return known.pages();
    }
    if (open.size() >= MAX_OPEN_FILES) {
      forget(open.keySet().iterator().next());
    }
    PageReads opened = openPages(source);
    open.put(location, new Opened(opened));
    return opened;
  }

  private @Nullable PageReads openPages(SourceFile source) throws IOException {
    DataFile file = source.file();
    FileColumns fileColumns =
        new FileColumns(columns, DataFileReader.constants(file, source.spec()));
    if (file.format() != FileFormat.PARQUET || !fileColumns.areFlat()) {
      return null;
    }
    try {
      return new PageReads(io.newInputFile(file), fileColumns, rows);
    } catch (UnusualColumnException e) {
      LOG.debug("Scanning {} for single rows: {}", file.location(), e.getMessage());
      return null;
    }
  }

  private void scan(SourceFile source, long[] positions, List<VectorSchemaRoot> read) {
    DataFileReader reader = new DataFileReader(columns, io, allocator, BATCH_ROWS);
    try (DataFileBatches batches =
        reader.open(
            source.file(),
            source.spec(),
            position -> Arrays.binarySearch(positions, position) >= 0)) {
      while (batches.next()) {
        read.add(batches.takeBatch());
      }
    }
  }

  private void forget(String location) {
    Opened closed = open.remove(location);
    if (closed == null || closed.pages() == null) {
      return;
    }
    try {
      closed.pages().close();
    } catch (IOException e) {
      LOG.warn("Can't close data file {}", location, e);
    }
  }
}
