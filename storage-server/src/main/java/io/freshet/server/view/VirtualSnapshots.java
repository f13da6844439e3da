/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.view;

import static java.util.Objects.requireNonNull;

import io.freshet.overlay.PositionBitmap;
import io.freshet.protocol.FileOverlay;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.server.lake.BaseFiles;
import io.freshet.server.lake.TieredOffsets;
import io.freshet.server.table.ServerTable;
import io.freshet.server.table.UnionLease;
import io.freshet.table.TableName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.io.FileIO;
import org.jspecify.annotations.Nullable;

/**
 * Makes a table's virtual snapshots one after the other, each from what the one before has written
 * already. After a failure another object has to go on. For one thread at a time.
 */
final class VirtualSnapshots {
  private final TableName table;
  private final Dialect dialect;
  private final BufferAllocator allocator;
  private final KeptDeletes deletes;
  private final Version2Bases version2 = new Version2Bases();
  private FreshFiles fresh = FreshFiles.NONE;
  private @Nullable BaseInDialect base;
  private @Nullable TieredOffsets tiered;
  private long sequenceNumber;

  VirtualSnapshots(TableName table, Dialect dialect, BufferAllocator allocator) {
    this.table = table;
    this.dialect = dialect;
    this.allocator = allocator;
    this.deletes = new KeptDeletes(dialect);
  }

  /** A table in no catalog, whose commits nobody is told of. */
  static BaseTable table(VirtualOperations operations) {
    return new BaseTable(operations, "virtual", report -> {});
  }

  /**
   * Writes the virtual snapshot of a union snapshot. Blocking.
   *
   * @param planned the union snapshot of the lease
   * @param earlier virtual snapshots that stay in the table's history
   * @param files where it is written; to be discarded if this fails
   */
  VirtualSnapshot next(
      ServerTable source,
      UnionSnapshot planned,
      UnionLease lease,
      List<VirtualSnapshot> earlier,
      NewFiles files) {
    dialect.check(table, lease.definition().schema());
    if (tiered != null && !lease.base().tiered().isAtLeast(tiered)) {
      fresh = FreshFiles.NONE; // The lake was rolled back: rows that had gone are fresh again.
    }
    tiered = lease.base().tiered();
    BaseInDialect on = base(lease.base().metadataLocation(), files);
    FreshFiles next = fresh.next(source, lease, files, allocator);
    Set<String> used = new HashSet<>(on.files());
    VirtualOperations operations = new VirtualOperations(start(on, earlier), files);
    RowDelta delta = table(operations).newRowDelta();
    if (on.table().currentSnapshot() != null) {
      delta.validateFromSnapshot(on.table().currentSnapshot().snapshotId());
    }
    List<ContentFile<?>> content = new ArrayList<>();
    Set<String> deleted = new HashSet<>();
    for (FreshFiles.LiveFile live : next.files()) {
      DataFile file = live.file().file();
      delta.addRows(file);
      content.add(file);
      if (!live.dead().isEmpty()) {
        content.add(delete(file.location(), file, live.dead(), on.base(), files, delta));
        deleted.add(file.location());
      }
    }
    Map<String, FileOverlay> overlays =
        planned.overlays().stream()
            .collect(Collectors.toMap(FileOverlay::dataFile, overlay -> overlay));
    Map<String, ContentFile<?>> layouts = on.base().layouts(overlays.keySet());
    overlays.forEach((dataFile, overlay) -> {
      ContentFile<?> layout = requireNonNull(layouts.get(dataFile), dataFile);
      PositionBitmap positions = dialect.positions(overlay);
      content.add(delete(dataFile, layout, positions, on.base(), files, delta));
      dialect.replaced(on.base(), dataFile).forEach(delta::removeDeletes);
    });
    deleted.addAll(overlays.keySet());
    deletes.retain(deleted);
    delta.commit();
    TableMetadata metadata = written(operations.current(), files);
    fresh = next;
    sequenceNumber = metadata.lastSequenceNumber();
    Set<String> written = files.locations();
    used.addAll(written);
    content.forEach(file -> used.add(file.location()));
    long newBytes =
        content.stream()
            .filter(file -> written.contains(file.location()))
            .mapToLong(ContentFile::fileSizeInBytes)
            .sum();
    return new VirtualSnapshot(
        UnionState.of(lease), lease.base().snapshotId(), metadata, Set.copyOf(used), newBytes);
  }

  private DeleteFile delete(
      String dataFile,
      ContentFile<?> layout,
      PositionBitmap positions,
      BaseFiles lake,
      NewFiles files,
      RowDelta delta) {
    DeleteFile file = deletes.get(files, dataFile, lake.spec(layout), layout, positions);
    delta.addDeletes(file);
    return file;
  }

  private BaseInDialect base(String metadataLocation, NewFiles files) {
    BaseInDialect known = base;
    if (known == null || !known.metadataLocation().equals(metadataLocation)) {
      FileIO io = files.io();
      TableMetadata lake = TableMetadataParser.read(io, metadataLocation);
      known =
          dialect.base(
              metadataLocation, lake, BaseFiles.of(table.toString(), lake, io), version2, files);
      base = known;
    }
    return known;
  }

  /** The base, with some snapshots before, and a sequence number that was not used yet. */
  private TableMetadata start(BaseInDialect on, List<VirtualSnapshot> earlier) {
    List<Snapshot> history = new ArrayList<>();
    for (VirtualSnapshot snapshot : earlier) {
      if (snapshot.metadata().currentSchemaId() == on.table().currentSchemaId()) {
        history.add(snapshot.metadata().currentSnapshot());
      }
    }
    return TrimmedMetadata.at(on.table(), on.table().currentSnapshot(), history, sequenceNumber);
  }

  private static TableMetadata written(TableMetadata metadata, NewFiles files) {
    // Some readers take the number for the table's version, and the highest for the newest.
    String name =
        "%05d-%s.metadata.json".formatted(metadata.lastSequenceNumber(), UUID.randomUUID());
    String location = files.add(name);
    TableMetadataParser.write(metadata, files.io().newOutputFile(location));
    return TableMetadata.buildFrom(metadata)
        .withMetadataLocation(location)
        .discardChanges()
        .build();
  }
}
