/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.io.FileIO;
import org.jspecify.annotations.Nullable;

/**
 * The data files of an Iceberg snapshot, without their column statistics.
 *
 * @param snapshot null for the empty table
 */
record SnapshotFiles(@Nullable Snapshot snapshot, Map<Integer, PartitionSpec> specs, FileIO io) {
  /** All files, by location. */
  Map<String, DataFile> all() {
    Map<String, DataFile> all = new HashMap<>();
    for (ManifestFile manifest : manifests()) {
      read(manifest, location -> true, all);
    }
    return all;
  }

  /** Those of some files that are in the snapshot. Reads manifests until all are found. */
  Map<String, DataFile> find(Set<String> locations) {
    Map<String, DataFile> found = new HashMap<>();
    for (ManifestFile manifest : manifests()) {
      if (found.size() == locations.size()) {
        break;
      }
      read(manifest, locations::contains, found);
    }
    return found;
  }

  /** How the partition of a data or delete file is made. */
  PartitionSpec spec(ContentFile<?> file) {
    return spec(file, specs);
  }

  static PartitionSpec spec(ContentFile<?> file, Map<Integer, PartitionSpec> specs) {
    return requireNonNull(specs.get(file.specId()), "spec");
  }

  /** The manifests that list the files. */
  List<ManifestFile> manifests() {
    return snapshot == null ? List.of() : snapshot.dataManifests(io);
  }

  /** Adds a manifest's files that are wanted. */
  void read(ManifestFile manifest, Predicate<String> isWanted, Map<String, DataFile> files) {
    try (ManifestReader<DataFile> reader = ManifestFiles.read(manifest, io, specs)) {
      for (DataFile file : reader) {
        if (isWanted.test(file.location())) {
          files.put(file.location(), file.copyWithoutStats());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
