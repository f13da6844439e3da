/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.reader;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.client.FreshStream;
import io.freshet.client.FreshetClient;
import io.freshet.filter.FilterJson;
import io.freshet.overlay.PositionBitmap;
import io.freshet.protocol.FileOverlay;
import io.freshet.protocol.Json;
import io.freshet.protocol.LakeBase;
import io.freshet.protocol.UnionSnapshot;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.StaticTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.FileIO;

/**
 * The reference union read: the rows of a union snapshot as Arrow batches, lake rows read from the
 * lake's files by this process, fresh rows streamed by the server. What engines answer is checked
 * against it.
 */
public final class UnionReader {
  private final FreshetClient client;
  private final FileIO lakeFiles;
  private final BufferAllocator allocator;

  /**
   * @param client borrowed
   * @param lakeFiles reads the lake's files; borrowed
   * @param allocator borrowed; for the batches
   */
  public UnionReader(FreshetClient client, FileIO lakeFiles, BufferAllocator allocator) {
    this.client = client;
    this.lakeFiles = lakeFiles;
    this.allocator = allocator;
  }

  /**
   * The rows that match, lake rows first. The caller closes the result, and keeps the snapshot's
   * lease while it reads.
   */
  public BatchSource read(UnionSnapshot snapshot, Projection projection) {
    return BatchSource.concat(
        List.of(readLiveLake(snapshot, projection), freshRows(snapshot, projection)));
  }

  /** The rows of the base alone. */
  public BatchSource readLake(UnionSnapshot snapshot, Projection projection) {
    return lakeRows(snapshot, Map.of(), projection);
  }

  /** The rows of the base that fresh changes have not superseded: the lake's part of a union. */
  public BatchSource readLiveLake(UnionSnapshot snapshot, Projection projection) {
    return lakeRows(snapshot, overlays(snapshot.overlays()), projection);
  }

  /** The rows of the snapshot that the base does not hold. */
  public BatchSource readFresh(UnionSnapshot snapshot, Projection projection) {
    return freshRows(snapshot, projection);
  }

  /**
   * The lake half of a union read, for a reader that is next to the lake.
   *
   * @param overlays by location of a data file, the positions to hide
   */
  public static BatchSource lakeRows(
      LakeBase base,
      String tableName,
      Map<String, PositionBitmap> overlays,
      Projection projection,
      FileIO lakeFiles,
      BufferAllocator allocator) {
    Table table =
        new BaseTable(new StaticTableOperations(base.metadataLocation(), lakeFiles), tableName);
    return LakeScan.of(table, base.snapshotId(), projection.schema())
        .withProjection(projection.projectedSchema())
        .withFilter(projection.filter())
        .withOverlays(overlays)
        .open(allocator);
  }

  private BatchSource lakeRows(
      UnionSnapshot snapshot, Map<String, PositionBitmap> overlays, Projection projection) {
    return lakeRows(
        snapshot.base(), snapshot.table().toString(), overlays, projection, lakeFiles, allocator);
  }

  private static Map<String, PositionBitmap> overlays(List<FileOverlay> overlays) {
    return overlays.stream()
        .collect(Collectors.toMap(FileOverlay::dataFile, FileOverlay::positions));
  }

  private BatchSource freshRows(UnionSnapshot snapshot, Projection projection) {
    JsonNode filter =
        projection.isUnfiltered()
            ? null
            : Json.tree(FilterJson.toJson(projection.filter(), projection.schema()));
    FreshStream stream = client.readFresh(snapshot, null, projection.columns(), filter);
    return new BatchSource() {
      @Override
      public boolean next() {
        return stream.next();
      }

      @Override
      public VectorSchemaRoot batch() {
        return stream.batch();
      }

      @Override
      public void close() {
        stream.close();
      }
    };
  }
}
