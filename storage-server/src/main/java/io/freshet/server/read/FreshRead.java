/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.read;

import static io.freshet.error.FreshetErrorCode.OFFSET_OUT_OF_RANGE;
import static io.freshet.error.FreshetErrorCode.SNAPSHOT_EXPIRED;

import io.freshet.arrow.ArrowBatches;
import io.freshet.error.FreshetException;
import io.freshet.filter.RowFilter;
import io.freshet.filter.Selection;
import io.freshet.reader.BatchSource;
import io.freshet.reader.Projection;
import io.freshet.server.bucket.Bucket;
import io.freshet.server.fresh.FreshCursor;
import io.freshet.server.fresh.FreshSlice;
import io.freshet.server.keys.RowCut;
import io.freshet.server.schema.RowSchema;
import io.freshet.server.table.UnionLease;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.IntToLongFunction;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/** The fresh rows of a union snapshot, bucket by bucket, filtered and projected. For one thread. */
public final class FreshRead implements BatchSource {
  private final UnionLease lease;
  private final Iterator<Bucket> buckets;
  private final Projection projection;
  private final @Nullable RowFilter filter;
  private final IntToLongFunction starts;
  private final RowSchema logSchema;
  private final BufferAllocator allocator;

  /** Offsets of the current batch's rows: long[rows]. */
  private long[] offsets = new long[0];

  private int bucket;
  private @Nullable FreshCursor cursor;
  private @Nullable RowCut cut;
  private @Nullable VectorSchemaRoot batch;

  /**
   * @param buckets those to read
   * @param allocator borrowed; for the batches
   */
  public FreshRead(
      UnionLease lease, List<Bucket> buckets, Projection projection, BufferAllocator allocator) {
    this(lease, buckets, projection, lease.base().tiered()::of, allocator);
  }

  /**
   * @param starts by bucket, the offset of the first row to read: at least the base's tiered one
   */
  public FreshRead(
      UnionLease lease,
      List<Bucket> buckets,
      Projection projection,
      IntToLongFunction starts,
      BufferAllocator allocator) {
    this.lease = lease;
    this.starts = starts;
    this.buckets = List.copyOf(buckets).iterator();
    this.projection = projection;
    this.filter =
        projection.isUnfiltered() ? null : RowFilter.bind(projection.schema(), projection.filter());
    this.logSchema = RowSchema.of(lease.definition().logSchema());
    this.allocator = allocator;
  }

  @Override
  public boolean next() {
    clear();
    try {
      FreshSlice slice = nextSlice();
      while (slice != null) {
        try (FreshSlice opened = slice) {
          batch = select(opened);
        }
        if (batch != null) {
          return true;
        }
        slice = nextSlice();
      }
      return false;
    } catch (FreshetException e) {
      throw e.code() == OFFSET_OUT_OF_RANGE ? expired(e) : e;
    }
  }

  @Override
  public VectorSchemaRoot batch() {
    if (batch == null) {
      throw new IllegalStateException("There is no batch: next() was not called or said false");
    }
    return batch;
  }

  /** The bucket of the current batch. */
  public int bucket() {
    return bucket;
  }

  /** The offset of a row of the current batch. */
  public long offset(int row) {
    return offsets[row];
  }

  @Override
  public void close() {
    clear();
    if (cursor != null) {
      cursor.close();
      cursor = null;
    }
  }

  private @Nullable FreshSlice nextSlice() {
    while (true) {
      if (cursor != null) {
        FreshSlice slice = cursor.next();
        if (slice != null) {
          return slice;
        }
        cursor.close();
        cursor = null;
      }
      if (!buckets.hasNext()) {
        return null;
      }
      Bucket read = buckets.next();
      bucket = read.id().bucket();
      long start = starts.applyAsLong(bucket);
      RowCut next = lease.cuts().get(bucket);
      cut = next;
      long end = next.endOffset();
      cursor =
          filter == null
              ? read.fresh().read(start, end)
              : read.fresh().read(start, end, filter, logSchema.iceberg().schemaId());
    }
  }

  /** The slice's rows that match, in the projected columns, or null if there are none. */
  private @Nullable VectorSchemaRoot select(FreshSlice slice) {
    try (VectorSchemaRoot rows = slice.load(logSchema, allocator)) {
      int[] selected = selected(slice, rows);
      if (selected.length == 0) {
        return null;
      }
      offsets = new long[selected.length];
      for (int i = 0; i < selected.length; i++) {
        offsets[i] = slice.startOffset() + selected[i];
      }
      try (VectorSchemaRoot projected =
          ArrowBatches.project(rows, projection.projectedSchema(), allocator)) {
        return selected.length == rows.getRowCount()
            ? ArrowBatches.share(projected, allocator)
            : ArrowBatches.gather(projected, selected, allocator);
      }
    }
  }

  /** The live rows that match, in order. */
  private int[] selected(FreshSlice slice, VectorSchemaRoot rows) {
    Selection selection = filter == null ? Selection.all(rows.getRowCount()) : filter.select(rows);
    int[] matching = selection.toArray();
    if (cut == null || !lease.definition().hasPrimaryKey()) {
      return matching;
    }
    int live = 0;
    for (int row : matching) {
      if (!cut.dead().contains(slice.startOffset() + row)) {
        matching[live++] = row;
      }
    }
    return live == matching.length ? matching : Arrays.copyOf(matching, live);
  }

  private void clear() {
    if (batch != null) {
      batch.close();
      batch = null;
    }
  }

  private FreshetException expired(FreshetException cause) {
    return new FreshetException(
        SNAPSHOT_EXPIRED,
        String.format(
            "Union snapshot %s of table %s expired while it was read: plan again, and renew the lease"
                + " while you read",
            lease.snapshot(), lease.definition().name()),
        cause);
  }
}
