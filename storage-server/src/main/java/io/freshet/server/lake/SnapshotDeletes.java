/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import static io.freshet.error.FreshetErrorCode.LAKE_DIVERGED;

import io.freshet.error.FreshetException;
import io.freshet.overlay.PositionBitmap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongPredicate;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.formats.FormatModelRegistry;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.util.ContentFileUtil;
import org.jspecify.annotations.Nullable;

/** The deletes of an Iceberg snapshot. */
final class SnapshotDeletes implements LakeDeletes {
  private static final Schema PATH_AND_POSITION =
      new Schema(MetadataColumns.DELETE_FILE_PATH, MetadataColumns.DELETE_FILE_POS);

  private final FileIO io;
  private final DeletionVectorCache cache;

  /** By location of the data file. */
  private final Map<String, DeleteFile> vectors = new HashMap<>();

  /** Those of format version 2, which may cover many data files each. */
  private final List<DeleteFile> positionDeletes = new ArrayList<>();

  private @Nullable Map<String, PositionBitmap> positionsByFile;

  private SnapshotDeletes(FileIO io, DeletionVectorCache cache) {
    this.io = io;
    this.cache = cache;
  }

  /**
   * Reads a snapshot's delete manifests, and no deletes yet.
   *
   * @param table for messages
   * @param snapshot null for the empty table
   * @throws FreshetException LAKE_DIVERGED if there are equality deletes
   */
  static SnapshotDeletes of(
      String table,
      @Nullable Snapshot snapshot,
      Map<Integer, PartitionSpec> specs,
      FileIO io,
      DeletionVectorCache cache) {
    SnapshotDeletes deletes = new SnapshotDeletes(io, cache);
    if (snapshot != null) {
      for (ManifestFile manifest : snapshot.deleteManifests(io)) {
        try (ManifestReader<DeleteFile> files =
            ManifestFiles.readDeleteManifest(manifest, io, specs)) {
          for (DeleteFile file : files) {
            deletes.add(file, table, snapshot.snapshotId());
          }
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
    return deletes;
  }

  private void add(DeleteFile file, String table, long snapshotId) {
    if (file.content() == FileContent.EQUALITY_DELETES) {
      throw FreshetException.of(
          LAKE_DIVERGED,
          "Cannot use snapshot %d of lake table %s: its file %s deletes rows by equality, so nobody"
              + " can say which rows those are. Rewrite the table's data files without it, or roll"
              + " the table back to a snapshot before it.",
          snapshotId,
          table,
          file.location());
    }
    String dataFile = file.referencedDataFile();
    if (ContentFileUtil.isDV(file) && dataFile != null) {
      vectors.put(dataFile, file);
    } else {
      positionDeletes.add(file);
    }
  }

  @Override
  public Set<String> files() {
    Set<String> files = new HashSet<>(vectors.keySet());
    files.addAll(positionsByFile().keySet());
    return files;
  }

  @Override
  public PositionBitmap of(String location) {
    PositionBitmap positions = shared(location);
    return positions == null ? new PositionBitmap() : positions.copy();
  }

  /** As {@link #of}, but not to be changed; null if there are none. */
  @Nullable PositionBitmap shared(String location) {
    DeleteFile vector = vectors.get(location);
    // By the specification, a file's deletion vector stands for its position deletes, too.
    return vector == null
        ? positionsByFile().get(location)
        : IcebergLake.reaching(() -> cache.get(vector, io));
  }

  /** How many positions of a data file are deleted. */
  long count(String location) {
    DeleteFile vector = vectors.get(location);
    if (vector != null) {
      return vector.recordCount();
    }
    PositionBitmap positions = positionsByFile().get(location);
    return positions == null ? 0 : positions.cardinality();
  }

  /** Tells by its position whether a row of a data file is there. */
  LongPredicate isLive(String location) {
    PositionBitmap deleted = shared(location);
    return deleted == null ? position -> true : position -> !deleted.contains(position);
  }

  /** Whether another snapshot has the same deletes for a data file, as far as is known unread. */
  boolean isSame(String location, SnapshotDeletes other) {
    DeleteFile vector = vectors.get(location);
    DeleteFile otherVector = other.vectors.get(location);
    if (vector != null && otherVector != null) {
      return vector.location().equals(otherVector.location())
          && Objects.equals(vector.contentOffset(), otherVector.contentOffset());
    }
    return vector == null
        && otherVector == null
        && Objects.equals(positionsByFile().get(location), other.positionsByFile().get(location));
  }

  /** The deletion vector of a data file, if it has one. */
  @Nullable DeleteFile vector(String location) {
    return vectors.get(location);
  }

  /** The delete files that cover a data file and no other. */
  List<DeleteFile> onlyOf(String location) {
    List<DeleteFile> files = new ArrayList<>();
    DeleteFile vector = vectors.get(location);
    if (vector != null) {
      files.add(vector);
    }
    for (DeleteFile file : positionDeletes) {
      if (location.equals(ContentFileUtil.referencedDataFileLocation(file))) {
        files.add(file);
      }
    }
    return files;
  }

  private synchronized Map<String, PositionBitmap> positionsByFile() {
    Map<String, PositionBitmap> positions = positionsByFile;
    if (positions == null) {
      positions = IcebergLake.reaching(this::readPositionDeletes);
      positionsByFile = positions;
    }
    return positions;
  }

  private Map<String, PositionBitmap> readPositionDeletes() {
    Map<String, PositionBitmap> positions = new HashMap<>();
    for (DeleteFile file : positionDeletes) {
      try (CloseableIterable<Record> rows =
          FormatModelRegistry.<Record, Object>readBuilder(
                  file.format(), Record.class, io.newInputFile(file))
              .project(PATH_AND_POSITION)
              .reuseContainers()
              .build()) {
        for (Record row : rows) {
          positions
              .computeIfAbsent(row.get(0).toString(), path -> new PositionBitmap())
              .add((Long) row.get(1));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return positions;
  }
}
