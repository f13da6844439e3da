/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.view;

import io.freshet.overlay.PositionBitmap;
import io.freshet.server.lake.BaseFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.ManifestWriter;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.TableMetadata;

/**
 * Bases in format version 2: the lake's data files in manifests of that version, and its deletion
 * vectors as position deletes. What the base before had too is used again. For one thread.
 */
final class Version2Bases {
  private final KeptDeletes deletes = new KeptDeletes(Dialect.V2);

  /** By location of the lake's manifest. */
  private final Map<String, ManifestFile> manifests = new HashMap<>();

  /** Shows a base of the lake. */
  BaseInDialect convert(
      String metadataLocation, TableMetadata lake, BaseFiles base, NewFiles files) {
    TableMetadata empty = TrimmedMetadata.emptyInVersion2(lake);
    if (lake.currentSnapshot() == null) {
      return new BaseInDialect(metadataLocation, empty, base, Set.of());
    }
    Set<String> used = new HashSet<>();
    VirtualOperations operations = new VirtualOperations(empty, files);
    BaseTable table = VirtualSnapshots.table(operations);
    AppendFiles append = table.newFastAppend();
    Set<String> read = new HashSet<>();
    for (ManifestFile manifest : base.dataManifests()) {
      read.add(manifest.path());
      ManifestFile converted =
          manifests.computeIfAbsent(manifest.path(), path -> convert(manifest, lake, files));
      used.add(converted.path());
      append.appendManifest(converted);
    }
    manifests.keySet().retainAll(read);
    append.commit();

    Map<String, ContentFile<?>> layouts = base.layoutsOfDeletes();
    RowDelta delta = table.newRowDelta();
    layouts.forEach((dataFile, layout) -> {
      PositionBitmap positions = base.deletes().of(dataFile);
      DeleteFile file = deletes.get(files, dataFile, base.spec(layout), layout, positions);
      used.add(file.location());
      delta.addDeletes(file);
    });
    deletes.retain(layouts.keySet());
    delta.commit();
    used.addAll(files.locations());
    TableMetadata whole = operations.current();
    return new BaseInDialect(
        metadataLocation,
        TrimmedMetadata.at(whole, whole.currentSnapshot(), List.of(), 0),
        base,
        used);
  }

  private static ManifestFile convert(ManifestFile manifest, TableMetadata lake, NewFiles files) {
    try (ManifestReader<DataFile> reader =
        ManifestFiles.read(manifest, files.io(), lake.specsById())) {
      // Without a snapshot id, so that it can be a part of any snapshot.
      ManifestWriter<DataFile> writer =
          ManifestFiles.write(
              Dialect.V2.formatVersion(),
              reader.spec(),
              files.io().newOutputFile(files.addUnique("-base.avro")),
              null);
      try (writer) {
        for (DataFile file : reader) {
          writer.add(file);
        }
      }
      return writer.toManifestFile();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
