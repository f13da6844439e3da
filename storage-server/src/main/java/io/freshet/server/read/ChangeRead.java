/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.read;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;
import static io.freshet.error.FreshetErrorCode.OFFSET_OUT_OF_RANGE;

import io.freshet.arrow.ArrowBatches;
import io.freshet.error.FreshetException;
import io.freshet.filter.RowFilter;
import io.freshet.reader.Projection;
import io.freshet.server.bucket.Bucket;
import io.freshet.server.log.LogEntry;
import io.freshet.server.schema.RowSchema;
import io.freshet.table.ChangeColumns;
import io.freshet.table.TableDefinition;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The visible changes of one bucket from an offset on, as they are in its log: every one, whether
 * it was superseded or not. For one thread at a time.
 */
public final class ChangeRead {
  /** Entries are sent together until they have so many bytes. */
  private static final long BATCH_BYTES = 1 << 20;

  private final TableDefinition definition;
  private final Bucket bucket;
  private final @Nullable Long endOffset;
  private final Projection projection;
  private final @Nullable RowFilter filter;
  private final RowSchema logSchema;
  private final BufferAllocator allocator;
  private long nextOffset;

  /**
   * @param endOffset null to follow the bucket
   * @param projection of {@link ChangeColumns#schema}
   * @param allocator borrowed; for the batches
   * @throws FreshetException OFFSET_OUT_OF_RANGE if the bucket does not have these changes
   */
  public ChangeRead(
      TableDefinition definition,
      Bucket bucket,
      long startOffset,
      @Nullable Long endOffset,
      Projection projection,
      BufferAllocator allocator) {
    this.definition = definition;
    this.bucket = bucket;
    this.nextOffset = startOffset;
    this.endOffset = endOffset;
    this.projection = projection;
    this.filter =
        projection.isUnfiltered() ? null : RowFilter.bind(projection.schema(), projection.filter());
    this.logSchema = RowSchema.of(definition.logSchema());
    this.allocator = allocator;
    checkRange(startOffset);
  }

  public Schema schema() {
    return projection.arrowSchema();
  }

  public Bucket bucket() {
    return bucket;
  }

  /** Offset of the next change. */
  public long nextOffset() {
    return nextOffset;
  }

  /** Whether all changes were read; never if the read follows the bucket. */
  public boolean isAtEnd() {
    return endOffset != null && nextOffset >= endOffset;
  }

  /** Whether the bucket has a change that can be read now. */
  public boolean hasNext() {
    return nextOffset < readableEnd();
  }

  /**
   * Reads some changes, of which there has to be one. Blocking.
   *
   * @return those that match, which belong to the caller; null if none of them does
   * @throws FreshetException OFFSET_OUT_OF_RANGE if the log was trimmed beyond the next change
   */
  public @Nullable VectorSchemaRoot next() {
    long end = readableEnd();
    List<LogEntry> entries = entries();
    try {
      LoggedChanges logged = LoggedChanges.within(entries, nextOffset, end);
      VectorSchemaRoot selected = select(logged);
      nextOffset = logged.endOffset();
      return selected;
    } finally {
      entries.forEach(LogEntry::close);
    }
  }

  /** Who keeps up reads from memory. */
  private List<LogEntry> entries() {
    List<LogEntry> newest = bucket.fresh().newestEntries(nextOffset, BATCH_BYTES);
    if (!newest.isEmpty()) {
      return newest;
    }
    try {
      return bucket.log().read(nextOffset, BATCH_BYTES);
    } catch (FreshetException e) {
      throw e.code() == OFFSET_OUT_OF_RANGE ? trimmed(e) : e;
    }
  }

  private @Nullable VectorSchemaRoot select(LoggedChanges logged) {
    try (VectorSchemaRoot rows = logged.load(bucket.fresh().schemas(), logSchema, allocator);
        VectorSchemaRoot changes =
            logged.describe(rows, bucket.id().bucket(), projection.schema(), allocator)) {
      int[] selected = filter == null ? null : filter.select(changes).toArray();
      if (selected != null && selected.length == 0) {
        return null;
      }
      try (VectorSchemaRoot projected =
          ArrowBatches.project(changes, projection.projectedSchema(), allocator)) {
        return selected == null || selected.length == changes.getRowCount()
            ? ArrowBatches.share(projected, allocator)
            : ArrowBatches.gather(projected, selected, allocator);
      }
    }
  }

  private long readableEnd() {
    long visible = bucket.endOffset();
    return endOffset == null ? visible : Math.min(endOffset, visible);
  }

  private void checkRange(long startOffset) {
    if (endOffset != null && startOffset > endOffset) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "Changes of %s can't be read from offset %d to %d: the end offset is before the start",
          where(),
          startOffset,
          endOffset);
    }
    long visible = bucket.endOffset();
    if (endOffset != null && endOffset > visible) {
      throw FreshetException.of(
          OFFSET_OUT_OF_RANGE,
          "Cannot read changes of %s from offset %d to %d: they end at %d now. Ask for an end offset up"
              + " to that, or for none to follow the changes that come.",
          where(),
          startOffset,
          endOffset,
          visible);
    }
    if (startOffset < bucket.log().startOffset()) {
      throw trimmed(null);
    }
  }

  private FreshetException trimmed(@Nullable FreshetException cause) {
    long start = bucket.log().startOffset();
    return new FreshetException(
        OFFSET_OUT_OF_RANGE,
        String.format(
            "Cannot read changes of %s from offset %d: the log holds [%d, %d), and those before it were"
                + " trimmed after they went into the lake. Plan a union snapshot, which has their outcome,"
                + " and go on at its end offset; or start at %d without them. To keep more, raise"
                + " freshet.log.retention.time and freshet.log.retention.size.",
            where(), nextOffset, start, bucket.endOffset(), start),
        cause);
  }

  private String where() {
    return "table " + definition.name() + " bucket " + bucket.id().bucket();
  }
}
