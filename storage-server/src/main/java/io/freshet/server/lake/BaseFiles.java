/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import static io.freshet.error.FreshetErrorCode.INTERNAL;
import static java.util.Objects.requireNonNull;

import io.freshet.error.FreshetException;
import io.freshet.overlay.PositionBitmap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.io.FileIO;

/**
 * The files of a lake snapshot, as one who deletes more of its rows needs to know them. Methods
 * block, and fail as Iceberg does if the lake can't be reached. For one thread.
 */
public final class BaseFiles {
  private final SnapshotFiles files;
  private final SnapshotDeletes deletes;

  /** Of data files that were asked for, by location: one with their layout. */
  private final Map<String, ContentFile<?>> layouts = new HashMap<>();

  BaseFiles(SnapshotFiles files, SnapshotDeletes deletes) {
    this.files = files;
    this.deletes = deletes;
  }

  /**
   * Reads the snapshot's delete manifests.
   *
   * @param table for messages
   * @param metadata of the table; its current snapshot is meant
   * @throws FreshetException LAKE_DIVERGED if rows are deleted by equality
   */
  public static BaseFiles of(String table, TableMetadata metadata, FileIO io) {
    Snapshot snapshot = metadata.currentSnapshot();
    Map<Integer, PartitionSpec> specs = metadata.specsById();
    return new BaseFiles(
        new SnapshotFiles(snapshot, specs, io),
        SnapshotDeletes.of(table, snapshot, specs, io, DeletionVectorCache.ofDefaultSize()));
  }

  /** The rows that the snapshot has deleted. */
  public LakeDeletes deletes() {
    return deletes;
  }

  /** The delete files that cover a data file and no other. */
  public List<DeleteFile> deletesOnlyOf(String dataFile) {
    return deletes.onlyOf(dataFile);
  }

  /** For each of some data files, a file with its spec and partition. */
  public Map<String, ContentFile<?>> layouts(Set<String> dataFiles) {
    Set<String> unknown = new HashSet<>();
    for (String dataFile : dataFiles) {
      ContentFile<?> vector = deletes.vector(dataFile);
      if (vector != null) {
        layouts.put(dataFile, vector);
      } else if (!layouts.containsKey(dataFile)) {
        unknown.add(dataFile);
      }
    }
    layouts.putAll(files.find(unknown));
    Map<String, ContentFile<?>> found = new HashMap<>();
    for (String dataFile : dataFiles) {
      ContentFile<?> layout = layouts.get(dataFile);
      if (layout == null) {
        Snapshot snapshot = files.snapshot();
        throw FreshetException.of(
            INTERNAL,
            "Cannot delete rows of %s: it is no data file of snapshot %s, which they were found in",
            dataFile,
            snapshot == null ? null : snapshot.snapshotId());
      }
      found.put(dataFile, layout);
    }
    return found;
  }

  /**
   * For each data file with deleted rows, a file with its spec and partition. Deletes that have
   * outlived their data file may still have one.
   */
  public Map<String, ContentFile<?>> layoutsOfDeletes() {
    Map<String, ContentFile<?>> found = new HashMap<>();
    Set<String> withoutVector = new HashSet<>();
    for (String dataFile : deletes.files()) {
      ContentFile<?> vector = deletes.vector(dataFile);
      if (vector == null) {
        withoutVector.add(dataFile);
      } else {
        found.put(dataFile, vector);
      }
    }
    found.putAll(files.find(withoutVector));
    return found;
  }

  /** The manifests that list the data files. */
  public List<ManifestFile> dataManifests() {
    return files.manifests();
  }

  /** How the partition of a data or delete file is made. */
  public PartitionSpec spec(ContentFile<?> file) {
    return files.spec(file);
  }

  PositionBitmap deletedAndAlso(String dataFile, PositionBitmap more) {
    PositionBitmap positions = deletes.of(dataFile);
    positions.addAll(requireNonNull(more, "more"));
    return positions;
  }

  FileIO io() {
    return files.io();
  }
}
