/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.lake;

import io.freshet.lake.LakeFileIO;
import io.freshet.protocol.UnionSnapshot;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.StaticTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.spark.source.SparkTable;
import org.jspecify.annotations.Nullable;

/**
 * Opens lake tables from their metadata files, which never change and so are read once. Safe for
 * use by many threads.
 */
public final class LakeTables implements AutoCloseable {
  private static final int KEPT_METADATA = 100;

  private final String catalog;
  private final FileIO files = new LakeFileIO();
  private final Map<String, TableMetadata> metadata =
      Collections.synchronizedMap(
          new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, TableMetadata> eldest) {
              return size() > KEPT_METADATA;
            }
          });

  /**
   * @param catalog name of the Spark catalog, which tables are shown under
   * @param fileProperties for the lake's files, such as {@code s3.endpoint}
   */
  public LakeTables(String catalog, Map<String, String> fileProperties) {
    this.catalog = catalog;
    files.initialize(fileProperties);
  }

  /** The base of a union snapshot without the rows that its overlays hide, for Iceberg's reader. */
  public SparkTable base(UnionSnapshot snapshot) {
    BaseTable base = open(snapshot);
    return new SparkTable(
        snapshot.overlays().isEmpty() ? base : new OverlayTable(base, snapshot.overlays()));
  }

  /** The table of a union snapshot without its lake files. */
  public SparkTable withoutFiles(UnionSnapshot snapshot) {
    return new SparkTable(new NoFilesTable(open(snapshot)));
  }

  /**
   * Some data files of one lake snapshot, without the rows that its own deletion vectors delete. In
   * the table's columns of the metadata file, which may be newer than the snapshot's.
   *
   * @param files their locations
   */
  public SparkTable someFiles(
      String table, String metadataLocation, long snapshotId, Set<String> files) {
    TableMetadata newest = metadata(metadataLocation);
    TableMetadata then = asOf(newest, metadataLocation, snapshotId, newest.currentSchemaId());
    return new SparkTable(new SomeFilesTable(table(table, then), files));
  }

  /** A lake table as of a metadata file. */
  public Table lake(String table, String metadataLocation) {
    return open(table, metadataLocation);
  }

  private BaseTable open(String table, String metadataLocation) {
    return table(table, metadata(metadataLocation));
  }

  private BaseTable open(UnionSnapshot snapshot) {
    String location = snapshot.base().metadataLocation();
    TableMetadata base =
        asOf(
            metadata(location),
            location,
            snapshot.base().snapshotId(),
            snapshot.schema().schemaId());
    return table(snapshot.table().toString(), base);
  }

  /**
   * With a snapshot as the current one, and in some columns: Iceberg's travel in time would read
   * with the columns that the table had then.
   */
  private static TableMetadata asOf(
      TableMetadata known, String location, @Nullable Long snapshotId, int schemaId) {
    Snapshot current = known.currentSnapshot();
    boolean isCurrent =
        snapshotId == null || (current != null && current.snapshotId() == snapshotId);
    if (isCurrent && known.currentSchemaId() == schemaId) {
      return known;
    }
    TableMetadata.Builder wanted = TableMetadata.buildFrom(known).setCurrentSchema(schemaId);
    if (snapshotId != null) {
      wanted.setBranchSnapshot(snapshotId, SnapshotRef.MAIN_BRANCH);
    }
    return wanted.discardChanges().withMetadataLocation(location).build();
  }

  private BaseTable table(String table, TableMetadata asOf) {
    return new BaseTable(new StaticTableOperations(asOf, files), catalog + "." + table);
  }

  private TableMetadata metadata(String location) {
    TableMetadata known = metadata.get(location);
    if (known == null) {
      known = TableMetadataParser.read(files, location);
      metadata.put(location, known);
    }
    return known;
  }

  @Override
  public void close() {
    files.close();
  }
}
