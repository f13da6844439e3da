/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import static io.freshet.error.FreshetErrorCode.UNSUPPORTED;

import io.freshet.error.FreshetException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ReachableFileUtil;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.SupportsPrefixOperations;

/**
 * Files below a table's location that no snapshot and no metadata file refers to, but for those of
 * virtual snapshots.
 */
record OrphanFiles(Table table) {
  /** Writers name one file in several ways: s3 and s3a, file:/a and file:///a. */
  private static final Pattern SCHEME = Pattern.compile("^([A-Za-z][A-Za-z0-9+.-]*:)?/*");

  /** Locations of those that are older. */
  List<String> olderThan(Instant limit) {
    if (!(table.io() instanceof SupportsPrefixOperations files)) {
      throw FreshetException.of(
          UNSUPPORTED,
          "Cannot look for orphan files of lake table %s: its %s can't list files. Use the lake's own"
              + " tools.",
          table.name(),
          table.io().getClass().getSimpleName());
    }
    Map<String, String> candidates = new HashMap<>();
    String location = table.location();
    String view = path(ViewFolder.of(location)) + "/";
    for (FileInfo file : files.listPrefix(location.endsWith("/") ? location : location + "/")) {
      String path = path(file.location());
      if (file.createdAtMillis() < limit.toEpochMilli() && !path.startsWith(view)) {
        candidates.put(path, file.location());
      }
    }
    // Only now, so that what was committed since the listing is seen.
    table.refresh();
    removeMetadata(candidates);
    removeContent(candidates);
    return new ArrayList<>(candidates.values());
  }

  private void removeMetadata(Map<String, String> candidates) {
    List<String> used = new ArrayList<>();
    used.addAll(ReachableFileUtil.metadataFileLocations(table, true));
    used.add(ReachableFileUtil.versionHintLocation(table));
    used.addAll(ReachableFileUtil.manifestListLocations(table));
    used.addAll(ReachableFileUtil.statisticsFilesLocations(table));
    used.forEach(location -> candidates.remove(path(location)));
  }

  private void removeContent(Map<String, String> candidates) {
    Set<String> read = new HashSet<>();
    for (Snapshot snapshot : table.snapshots()) {
      for (ManifestFile manifest : snapshot.allManifests(table.io())) {
        if (read.add(manifest.path())) {
          candidates.remove(path(manifest.path()));
          try (CloseableIterable<String> locations =
              ManifestFiles.readPaths(manifest, table.io(), table.specs())) {
            locations.forEach(location -> candidates.remove(path(location)));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      }
    }
  }

  private static String path(String location) {
    return SCHEME.matcher(location).replaceFirst("/");
  }
}
