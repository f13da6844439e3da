/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.reader;

import static io.freshet.error.FreshetErrorCode.SNAPSHOT_EXPIRED;
import static java.util.Objects.requireNonNull;

import io.freshet.error.FreshetException;
import io.freshet.filter.RowFilter;
import io.freshet.overlay.PositionBitmap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.SnapshotUtil;
import org.jspecify.annotations.Nullable;

/**
 * The lake half of a union read: the rows of an Iceberg snapshot, without those that its own
 * deletes or an overlay hide, that match a filter exactly.
 *
 * @param snapshotId the lake snapshot; null for the empty table before the first snapshot
 * @param schema the table's schema that names in the filter refer to: that of the snapshot, or a
 *     newer one (columns that a file lacks are filled in by Iceberg's rules)
 * @param projection the columns to read, with {@code schema}'s ids and types: some of its columns,
 *     and metadata columns
 * @param filter as {@link RowFilter} reads it
 * @param overlays by location of a data file, positions to hide beside the snapshot's own deletes
 * @param batchRows how many rows are read into one batch
 */
public record LakeScan(
    Table table,
    @Nullable Long snapshotId,
    Schema schema,
    Schema projection,
    Expression filter,
    Map<String, PositionBitmap> overlays,
    int batchRows) {
  public static final int DEFAULT_BATCH_ROWS = 4096;

  public LakeScan {
    requireNonNull(table, "table");
    requireNonNull(schema, "schema");
    requireNonNull(projection, "projection");
    requireNonNull(filter, "filter");
    overlays = Map.copyOf(overlays);
    if (batchRows < 1) {
      throw new IllegalArgumentException("A batch has at least one row, not " + batchRows);
    }
  }

  /** A scan of all rows and columns. */
  public static LakeScan of(Table table, @Nullable Long snapshotId, Schema schema) {
    return new LakeScan(
        table, snapshotId, schema, schema, Expressions.alwaysTrue(), Map.of(), DEFAULT_BATCH_ROWS);
  }

  public LakeScan withProjection(Schema newProjection) {
    return new LakeScan(table, snapshotId, schema, newProjection, filter, overlays, batchRows);
  }

  public LakeScan withFilter(Expression newFilter) {
    return new LakeScan(table, snapshotId, schema, projection, newFilter, overlays, batchRows);
  }

  public LakeScan withOverlays(Map<String, PositionBitmap> newOverlays) {
    return new LakeScan(table, snapshotId, schema, projection, filter, newOverlays, batchRows);
  }

  public LakeScan withBatchRows(int newBatchRows) {
    return new LakeScan(table, snapshotId, schema, projection, filter, overlays, newBatchRows);
  }

  /**
   * Plans the files, and opens them as their turn comes. Batches have the columns of the
   * projection; the caller closes the result.
   *
   * @throws FreshetException INVALID_REQUEST if the filter does not fit the schema,
   *     SNAPSHOT_EXPIRED if the lake no longer has the snapshot
   */
  public BatchSource open(BufferAllocator allocator) {
    RowFilter rowFilter = RowFilter.bind(schema, filter);
    return new LakeBatches(this, readSchema(rowFilter), rowFilter, planFiles(), allocator);
  }

  private CloseableIterable<FileScanTask> planFiles() {
    if (snapshotId == null) {
      return CloseableIterable.empty();
    }
    if (table.snapshot(snapshotId) == null) {
      throw FreshetException.of(
          SNAPSHOT_EXPIRED,
          "Cannot scan table %s at snapshot %d: the lake no longer has it. Plan again",
          table.name(),
          snapshotId);
    }
    return table
        .newScan()
        .useSnapshot(snapshotId)
        .filter(PruningFilter.of(filter, schema, planningSchema(snapshotId)))
        .planFiles();
  }

  /**
   * Iceberg binds filters to the table's schema for the current snapshot, to the old one's else.
   */
  private Schema planningSchema(long id) {
    Snapshot current = table.currentSnapshot();
    return current != null && current.snapshotId() == id
        ? table.schema()
        : SnapshotUtil.schemaFor(table, id);
  }

  /** The projection, and those top-level columns that only the filter needs. */
  private Schema readSchema(RowFilter rowFilter) {
    Map<Integer, Types.NestedField> columns = new LinkedHashMap<>();
    projection.columns().forEach(column -> columns.put(column.fieldId(), column));
    for (Types.NestedField column : schema.columns()) {
      for (int id : rowFilter.fieldIds()) {
        if (holds(column, id)
            && !(columns.containsKey(column.fieldId())
                && holds(columns.get(column.fieldId()), id))) {
          columns.put(column.fieldId(), column);
        }
      }
    }
    List<Types.NestedField> fields = new ArrayList<>(columns.values());
    return fields.equals(projection.columns()) ? projection : new Schema(fields);
  }

  private static boolean holds(Types.@Nullable NestedField column, int id) {
    return column != null
        && (column.fieldId() == id
            ? true
            : column.type().isStructType()
                && TypeUtil.indexById(column.type().asStructType()).containsKey(id));
  }
}
