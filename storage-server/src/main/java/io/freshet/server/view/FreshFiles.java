/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.view;

import io.freshet.arrow.ArrowBatches;
import io.freshet.overlay.PositionBitmap;
import io.freshet.reader.Projection;
import io.freshet.server.keys.RowCut;
import io.freshet.server.parquet.DataFileWriter;
import io.freshet.server.parquet.WrittenFile;
import io.freshet.server.read.FreshRead;
import io.freshet.server.table.ServerTable;
import io.freshet.server.table.UnionLease;
import io.freshet.table.TableDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * The fresh rows of the newest virtual snapshot as data files. Rows that were written once are not
 * written again at the next one: those that are dead by then are deleted by position. So that files
 * stay few, small ones are joined with newer rows, each row so often as the logarithm of their
 * number.
 */
final class FreshFiles {
  static final FreshFiles NONE = new FreshFiles(List.of());

  /** So many bytes of Arrow data are in memory at once, and make the files of a partition. */
  private static final long CHUNK_BYTES = 128L << 20;

  /** In order of their offsets; what the last one ends with are the offsets written so far. */
  private final List<Piece> pieces;

  /**
   * Rows that were written at once: of each bucket, those in [start, end) that were live then.
   *
   * @param start offsets by bucket
   * @param end offsets by bucket
   */
  private record Piece(List<Long> start, List<Long> end, List<LiveFile> files) {
    long liveRows() {
      return files.stream().mapToLong(LiveFile::liveRows).sum();
    }
  }

  /** A file, and which of its rows a union snapshot does not have. */
  record LiveFile(FreshFile file, PositionBitmap dead) {
    static LiveFile of(FreshFile file, UnionLease lease) {
      return new LiveFile(file, file.deadRows(lease));
    }

    long liveRows() {
      return file.file().recordCount() - dead.cardinality();
    }
  }

  private FreshFiles(List<Piece> pieces) {
    this.pieces = List.copyOf(pieces);
  }

  /** The files, and which of their rows the union snapshot does not have. */
  List<LiveFile> files() {
    return pieces.stream().flatMap(piece -> piece.files().stream()).toList();
  }

  /**
   * Writes what is new in a union snapshot. Blocking.
   *
   * @param lease a later snapshot of the table than the one before
   */
  FreshFiles next(ServerTable table, UnionLease lease, NewFiles files, BufferAllocator allocator) {
    List<Piece> next = new ArrayList<>();
    List<Long> tiered = lease.base().tiered().offsets();
    List<Long> ends = lease.cuts().stream().map(RowCut::endOffset).toList();
    List<Long> starts = tiered;
    for (Piece piece : pieces) {
      List<LiveFile> live =
          piece.files().stream()
              .map(file -> LiveFile.of(file.file(), lease))
              .filter(file -> file.liveRows() > 0)
              .toList();
      next.add(new Piece(piece.start(), piece.end(), live));
      starts = later(piece.end(), tiered);
    }
    long rows = liveRows(lease, starts);
    while (!next.isEmpty() && next.get(next.size() - 1).liveRows() <= rows) {
      Piece joined = next.remove(next.size() - 1);
      rows += joined.liveRows();
      starts = later(joined.start(), tiered);
    }
    if (rows > 0) {
      next.add(new Piece(starts, ends, write(table, lease, starts, files, allocator)));
    }
    return new FreshFiles(next);
  }

  private static long liveRows(UnionLease lease, List<Long> starts) {
    long rows = 0;
    for (int bucket = 0; bucket < starts.size(); bucket++) {
      rows += lease.cuts().get(bucket).liveRows(starts.get(bucket));
    }
    return rows;
  }

  private static List<Long> later(List<Long> offsets, List<Long> others) {
    List<Long> later = new ArrayList<>();
    for (int bucket = 0; bucket < offsets.size(); bucket++) {
      later.add(Math.max(offsets.get(bucket), others.get(bucket)));
    }
    return later;
  }

  private static List<LiveFile> write(
      ServerTable table,
      UnionLease lease,
      List<Long> starts,
      NewFiles files,
      BufferAllocator allocator) {
    TableDefinition definition = lease.definition();
    DataFileWriter writer =
        new DataFileWriter(definition, files.io(), files, "fresh-" + UUID.randomUUID());
    List<LiveFile> written = new ArrayList<>();
    try (BufferAllocator reads =
            allocator.newChildAllocator("fresh view of " + definition.name(), 0, Long.MAX_VALUE);
        FreshRead read =
            new FreshRead(
                lease,
                table.buckets(),
                Projection.of(definition.schema(), null, null),
                starts::get,
                reads);
        Chunk chunk = new Chunk(reads)) {
      while (read.next()) {
        chunk.add(read);
        if (chunk.bytes >= CHUNK_BYTES) {
          written.addAll(chunk.write(writer));
        }
      }
      written.addAll(chunk.write(writer));
    }
    return written;
  }

  /** Batches that are to be written together. */
  private static final class Chunk implements AutoCloseable {
    private final BufferAllocator allocator;
    private final List<VectorSchemaRoot> batches = new ArrayList<>();
    private final List<long[]> origins = new ArrayList<>();
    private long bytes;

    Chunk(BufferAllocator allocator) {
      this.allocator = allocator;
    }

    void add(FreshRead read) {
      VectorSchemaRoot batch = ArrowBatches.share(read.batch(), allocator);
      batches.add(batch);
      long[] packed = new long[batch.getRowCount()];
      for (int row = 0; row < packed.length; row++) {
        packed[row] = FreshFile.pack(read.bucket(), read.offset(row));
      }
      origins.add(packed);
      bytes += batch.getFieldVectors().stream().mapToLong(vector -> vector.getBufferSize()).sum();
    }

    List<LiveFile> write(DataFileWriter writer) {
      List<LiveFile> files = new ArrayList<>();
      for (WrittenFile written : writer.write(batches)) {
        long[] packed = new long[Math.toIntExact(written.file().recordCount())];
        for (int position = 0; position < packed.length; position++) {
          packed[position] =
              origins.get(written.origins().batch(position))[written.origins().row(position)];
        }
        files.add(new LiveFile(new FreshFile(written.file(), packed), new PositionBitmap()));
      }
      close();
      return files;
    }

    @Override
    public void close() {
      batches.forEach(VectorSchemaRoot::close);
      batches.clear();
      origins.clear();
      bytes = 0;
    }
  }
}
