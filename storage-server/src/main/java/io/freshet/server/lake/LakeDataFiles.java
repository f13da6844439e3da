/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import io.freshet.server.parquet.PositionReader.SourceFile;
import java.util.HashMap;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.io.FileIO;
import org.jspecify.annotations.Nullable;

/**
 * The data files of a lake table by their locations, as the newest state that was asked for has
 * them. Each manifest is read once. Blocking; safe for use by many threads.
 */
public final class LakeDataFiles {
  private final FileIO io;
  private String metadataLocation = "";
  private Map<String, Map<String, SourceFile>> byManifest = Map.of();

  /** Those of all manifests; never changed. */
  private volatile Map<String, SourceFile> byLocation = Map.of();

  /**
   * @param io borrowed
   */
  public LakeDataFiles(FileIO io) {
    this.io = io;
  }

  /** The file at a location; null if it is not known, and then a newer state may have it. */
  public @Nullable SourceFile find(String location) {
    return byLocation.get(location);
  }

  /** Goes on from a state of the lake table. */
  public synchronized void advance(LakeState state) {
    if (state.metadataLocation().equals(metadataLocation)) {
      return;
    }
    byManifest = IcebergLake.reaching(() -> read(state));
    Map<String, SourceFile> all = new HashMap<>();
    byManifest.values().forEach(all::putAll);
    byLocation = all;
    metadataLocation = state.metadataLocation();
  }

  private Map<String, Map<String, SourceFile>> read(LakeState state) {
    TableMetadata metadata = TableMetadataParser.read(io, state.metadataLocation());
    Snapshot snapshot = state.snapshotId() == null ? null : metadata.snapshot(state.snapshotId());
    SnapshotFiles files = new SnapshotFiles(snapshot, metadata.specsById(), io);
    Map<String, Map<String, SourceFile>> read = new HashMap<>();
    for (ManifestFile manifest : files.manifests()) {
      Map<String, SourceFile> before = byManifest.get(manifest.path());
      read.put(manifest.path(), before == null ? read(files, manifest) : before);
    }
    return read;
  }

  private static Map<String, SourceFile> read(SnapshotFiles files, ManifestFile manifest) {
    Map<String, DataFile> found = new HashMap<>();
    files.read(manifest, location -> true, found);
    Map<String, SourceFile> sources = new HashMap<>();
    found.forEach(
        (location, file) -> sources.put(location, new SourceFile(file, files.spec(file))));
    return sources;
  }
}
