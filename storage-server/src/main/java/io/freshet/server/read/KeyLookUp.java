/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.read;

import static io.freshet.error.FreshetErrorCode.INTERNAL;
import static io.freshet.error.FreshetErrorCode.LAKE_UNAVAILABLE;
import static io.freshet.error.FreshetErrorCode.OFFSET_OUT_OF_RANGE;
import static java.util.Objects.requireNonNull;

import io.freshet.bucket.BucketRouter;
import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.freshet.server.bucket.Bucket;
import io.freshet.server.index.KeyEncoder;
import io.freshet.server.index.KeyHashes;
import io.freshet.server.index.Location;
import io.freshet.server.keys.TableKeys;
import io.freshet.server.lake.LakeDataFiles;
import io.freshet.server.parquet.PageCache;
import io.freshet.server.parquet.PositionReader;
import io.freshet.server.parquet.PositionReader.SourceFile;
import io.freshet.server.table.ServerTable;
import io.freshet.table.TableDefinition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.io.FileIO;
import org.jspecify.annotations.Nullable;

/**
 * Looks up rows of a table by their primary keys. The index of each bucket says where its rows are
 * at one moment, and then they are read from there: fresh ones from the fresh tier, others from the
 * pages of their data files. Rows may be moved between the two by a tiering or a compaction, and
 * then the index is asked again.
 *
 * <p>For one thread, which waits for buckets and for the lake.
 */
public final class KeyLookUp {
  /** How often rows may be moved away from under a look-up until it gives up. */
  private static final int MAX_ATTEMPTS = 5;

  private final ServerTable table;
  private final TableDefinition definition;
  private final TableKeys keys;
  private final KeyEncoder encoder;
  private final @Nullable BucketRouter router;
  private final LakeDataFiles lakeFiles;
  private final PositionReader lakeRows;
  private final Schema answer;
  private final BufferAllocator allocator;

  /** The keys of one bucket: int[n] in the batch of keys, and their form. */
  private record BucketShare(Bucket bucket, int[] keyRows, KeyHashes keys) {}

  /**
   * @param lakeFiles of the table
   * @param io reads lake files; borrowed
   * @param pages of lake files that have been read
   * @param answer the columns of {@link io.freshet.table.LookUpColumns#answer}
   * @param allocator borrowed; for the rows
   */
  public KeyLookUp(
      ServerTable table,
      TableDefinition definition,
      LakeDataFiles lakeFiles,
      FileIO io,
      PageCache pages,
      Schema answer,
      BufferAllocator allocator) {
    this.table = table;
    this.definition = definition;
    this.keys = requireNonNull(table.keys(), "keys");
    this.encoder = keys.newEncoder();
    this.router =
        definition.buckets() == 1
            ? null
            : new BucketRouter(definition.bucketKey(), definition.buckets());
    this.lakeFiles = lakeFiles;
    this.lakeRows =
        new PositionReader(FoundRows.stored(answer, definition.schema()), io, pages, allocator);
    this.answer = answer;
    this.allocator = allocator;
  }

  public ServerTable table() {
    return table;
  }

  /**
   * Looks up keys, which are in columns of {@link io.freshet.table.LookUpColumns#keys}.
   *
   * @return a row for each key, in their order, which belong to the caller
   */
  public VectorSchemaRoot find(VectorSchemaRoot keyRows) {
    List<BucketShare> shares = shares(keyRows);
    long[][] before = {};
    for (int attempt = 1; ; attempt++) {
      long[][] located = locate(shares);
      try (FoundRows found = new FoundRows(keyRows.getRowCount(), answer, definition, allocator)) {
        readLake(shares, located, found);
        for (int i = 0; i < located.length; i++) {
          readFresh(shares.get(i), located[i], found);
        }
        return found.toAnswer();
      } catch (FreshetException e) {
        boolean mayHaveMoved = mayBeOfMovedRows(e.code()) && !Arrays.deepEquals(before, located);
        if (!mayHaveMoved || attempt >= MAX_ATTEMPTS) {
          throw e;
        }
        before = located;
      }
    }
  }

  private List<BucketShare> shares(VectorSchemaRoot keyRows) {
    KeyHashes hashes = keys.encode(encoder, keyRows);
    int rows = keyRows.getRowCount();
    int[] buckets = router == null ? new int[rows] : router.route(keyRows);
    int[] counts = new int[definition.buckets()];
    for (int bucket : buckets) {
      counts[bucket]++;
    }
    List<BucketShare> shares = new ArrayList<>();
    for (int bucket = 0; bucket < counts.length; bucket++) {
      if (counts[bucket] > 0) {
        int[] mine = new int[counts[bucket]];
        int count = 0;
        for (int row = 0; row < rows; row++) {
          if (buckets[row] == bucket) {
            mine[count++] = row;
          }
        }
        shares.add(
            new BucketShare(table.buckets().get(bucket), mine, hashes.pick(mine, mine.length)));
      }
    }
    return shares;
  }

  /** Asks all buckets at the same time. */
  private static long[][] locate(List<BucketShare> shares) {
    List<CompletableFuture<long[]>> located = new ArrayList<>();
    for (BucketShare share : shares) {
      located.add(share.bucket().locate(share.keys()));
    }
    try {
      return located.stream().map(CompletableFuture::join).toArray(long[][]::new);
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  /** Rows of all buckets together, since they may be in the same pages. */
  private void readLake(List<BucketShare> shares, long[][] located, FoundRows found) {
    long[] rows = distinct(Arrays.stream(located).flatMapToLong(LongStream::of), Location::isLake);
    for (int i = 0; i < located.length; i++) {
      found.assign(shares.get(i).keyRows(), located[i], rows);
    }
    found.assigned(rows.length);
    for (int from = 0; from < rows.length; ) {
      int file = Location.fileNumber(rows[from]);
      int to = from + 1;
      while (to < rows.length && Location.fileNumber(rows[to]) == file) {
        to++;
      }
      long[] positions = new long[to - from];
      for (int i = 0; i < positions.length; i++) {
        positions[i] = Location.position(rows[from + i]);
      }
      found.addLake(lakeRows.read(sourceFile(keys.files().location(file)), positions));
      from = to;
    }
  }

  private static void readFresh(BucketShare share, long[] located, FoundRows found) {
    long[] offsets = distinct(LongStream.of(located), Location::isFresh);
    if (offsets.length > 0) {
      found.assign(share.keyRows(), located, offsets);
      found.assigned(offsets.length);
      found.addFresh(share.bucket().fresh(), offsets);
    }
  }

  /**
   * Ascending: by offset, or by file and then by position. A key may be asked for several times.
   */
  private static long[] distinct(LongStream locations, LongPredicate isWanted) {
    long[] sorted = locations.filter(isWanted).toArray();
    Arrays.sort(sorted);
    int count = 0;
    for (int i = 0; i < sorted.length; i++) {
      if (i == 0 || sorted[i] != sorted[i - 1]) {
        sorted[count++] = sorted[i];
      }
    }
    return Arrays.copyOf(sorted, count);
  }

  private SourceFile sourceFile(String location) {
    SourceFile known = lakeFiles.find(location);
    if (known == null) {
      lakeFiles.advance(table.base().join());
      known = lakeFiles.find(location);
    }
    if (known == null) {
      throw FreshetException.of(
          INTERNAL,
          "A row of table %s is said to be in data file %s, which its lake table does not have now: try"
              + " again, and if that does not help, restart the server",
          table.name(),
          location);
    }
    return known;
  }

  /** Whether an error is what a row gives that is no longer where it was. */
  private static boolean mayBeOfMovedRows(FreshetErrorCode code) {
    return code == OFFSET_OUT_OF_RANGE || code == LAKE_UNAVAILABLE || code == INTERNAL;
  }
}
