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
import io.freshet.protocol.LakeBase;
import io.freshet.protocol.UnionSnapshot;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.StaticTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.spark.TimeTravel;
import org.apache.iceberg.spark.source.SparkTable;

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
    BaseTable table = open(snapshot.table().toString(), snapshot.base().metadataLocation());
    BaseTable read =
        snapshot.overlays().isEmpty() ? table : new OverlayTable(table, snapshot.overlays());
    return pinned(read, snapshot.base());
  }

  /** The table of a union snapshot without its lake files. */
  public SparkTable withoutFiles(UnionSnapshot snapshot) {
    BaseTable table = open(snapshot.table().toString(), snapshot.base().metadataLocation());
    return pinned(new NoFilesTable(table), snapshot.base());
  }

  /**
   * Some data files of one lake snapshot, without the rows that its own deletion vectors delete. In
   * the table's columns of the metadata file, which may be newer than the snapshot's.
   *
   * @param files their locations
   */
  public SparkTable someFiles(
      String table, String metadataLocation, long snapshotId, Set<String> files) {
    BaseTable newest = open(table, metadataLocation);
    TableMetadata then =
        TableMetadata.buildFrom(newest.operations().current())
            .setBranchSnapshot(snapshotId, SnapshotRef.MAIN_BRANCH)
            .discardChanges()
            .withMetadataLocation(metadataLocation)
            .build();
    BaseTable pinned = new BaseTable(new StaticTableOperations(then, newest.io()), newest.name());
    return new SparkTable(new SomeFilesTable(pinned, files));
  }

  /** A lake table as of a metadata file. */
  public Table lake(String table, String metadataLocation) {
    return open(table, metadataLocation);
  }

  private BaseTable open(String table, String metadataLocation) {
    TableMetadata known = metadata.get(metadataLocation);
    if (known == null) {
      known = TableMetadataParser.read(files, metadataLocation);
      metadata.put(metadataLocation, known);
    }
    return new BaseTable(new StaticTableOperations(known, files), catalog + "." + table);
  }

  private static SparkTable pinned(Table table, LakeBase base) {
    Long snapshotId = base.snapshotId();
    return snapshotId == null
        ? new SparkTable(table)
        : SparkTable.create(table, TimeTravel.version(Long.toString(snapshotId)));
  }

  @Override
  public void close() {
    files.close();
  }
}
