/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

import io.freshet.overlay.PositionBitmap;
import io.freshet.server.simulation.SimulatedSnapshot.Edit;
import io.freshet.table.SchemaChange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** Another Iceberg writer, who commits to the lake table at any moment. */
final class ForeignWriter {
  private final Random random;
  private final SimulatedLake lake;
  private final @Nullable ChangeRows rows;
  private long nextSequence;

  /**
   * @param rows of a table with a primary key; null for a log table, whose rows stay as they are
   */
  ForeignWriter(Random random, SimulatedLake lake, @Nullable ChangeRows rows) {
    this.random = random;
    this.lake = lake;
    this.rows = rows;
  }

  /** Commits something, if there is a table. */
  void act() {
    List<SimulatedLakeTable> tables = List.copyOf(lake.tables());
    if (tables.isEmpty()) {
      return;
    }
    SimulatedLakeTable table = tables.get(random.nextInt(tables.size()));
    if (rows == null) {
      alterSchema(table);
      return;
    }
    switch (random.nextInt(6)) {
      case 0 -> alterSchema(table);
      case 1 -> rewrite(table);
      case 2 -> deleteRows(table);
      case 3 -> deleteFile(table);
      case 4 -> overwriteFile(table);
      default -> append(table, rows.keys());
    }
  }

  /** Adds or drops a column. */
  private static void alterSchema(SimulatedLakeTable table) {
    table.alter(
        table.definition().schema().findField("other") != null
            ? new SchemaChange.DropColumn(List.of("other"))
            : SchemaChange.AddColumn.of(
                Types.NestedField.optional(1, "other", Types.LongType.get())));
  }

  /** Joins two files, which changes no row. */
  private void rewrite(SimulatedLakeTable table) {
    SimulatedSnapshot before = table.newest();
    if (before.files().size() < 2) {
      return;
    }
    int first = random.nextInt(before.files().size() - 1);
    table.applyElsewhere(
        SimulatedRewrite.of(
            new SimulatedRewrite.Group(
                table.snapshots().size(),
                List.copyOf(before.files().subList(first, first + 2)),
                before),
            lake.newLocation()));
  }

  /** Deletes some rows by position. */
  private void deleteRows(SimulatedLakeTable table) {
    SimulatedSnapshot before = table.newest();
    Map<String, PositionBitmap> deleted = new HashMap<>(before.deleted());
    List<Long> removed = new ArrayList<>();
    for (SimulatedDataFile file : before.files()) {
      PositionBitmap positions = before.deletedOf(file).copy();
      before
          .positions(file)
          .filter(position -> random.nextInt(8) == 0)
          .forEach(position -> {
            positions.add(position);
            removed.add(file.value(position));
          });
      if (!positions.isEmpty()) {
        deleted.put(file.location(), positions);
      }
    }
    if (!removed.isEmpty()) {
      table.applyElsewhere(before.files(), deleted, new Edit(false, removed, List.of()));
    }
  }

  /** Deletes a file with all its rows. */
  private void deleteFile(SimulatedLakeTable table) {
    SimulatedSnapshot before = table.newest();
    if (!before.files().isEmpty()) {
      replace(table, before.files().get(random.nextInt(before.files().size())), List.of());
    }
  }

  /** Writes a file anew, with other values for some of its keys. */
  private void overwriteFile(SimulatedLakeTable table) {
    SimulatedSnapshot before = table.newest();
    if (before.files().isEmpty()) {
      return;
    }
    SimulatedDataFile file = before.files().get(random.nextInt(before.files().size()));
    long sequence = nextSequence++;
    List<Long> next = new ArrayList<>();
    before
        .positions(file)
        .map(file::value)
        .forEach(row ->
            next.add(
                random.nextBoolean()
                    ? row
                    : ChangeRows.foreignRow(ChangeRows.key(row), sequence, next.size())));
    replace(table, file, next);
  }

  /** Adds rows of keys that the lake does not have. */
  private void append(SimulatedLakeTable table, int keys) {
    SimulatedSnapshot before = table.newest();
    Set<Long> known = before.rows().mapToObj(ChangeRows::key).collect(Collectors.toSet());
    long sequence = nextSequence++;
    List<Long> added = new ArrayList<>();
    for (int left = 1 + random.nextInt(5); left > 0; left--) {
      long key = random.nextInt(keys);
      if (known.add(key)) {
        added.add(ChangeRows.foreignRow(key, sequence, added.size()));
      }
    }
    if (!added.isEmpty()) {
      List<SimulatedDataFile> files = new ArrayList<>(before.files());
      files.add(file(added));
      table.applyElsewhere(files, before.deleted(), new Edit(false, List.of(), added));
    }
  }

  private void replace(SimulatedLakeTable table, SimulatedDataFile file, List<Long> next) {
    SimulatedSnapshot before = table.newest();
    List<Long> old = before.positions(file).mapToObj(file::value).toList();
    List<SimulatedDataFile> files = new ArrayList<>(before.files());
    files.remove(file);
    if (!next.isEmpty()) {
      files.add(file(next));
    }
    Map<String, PositionBitmap> deleted = new HashMap<>(before.deleted());
    deleted.remove(file.location());
    table.applyElsewhere(
        files,
        deleted,
        new Edit(
            false,
            old.stream().filter(row -> !next.contains(row)).toList(),
            next.stream().filter(row -> !old.contains(row)).toList()));
  }

  private SimulatedDataFile file(List<Long> content) {
    return SimulatedDataFile.of(
        lake.newLocation(), content.stream().mapToLong(Long::longValue).toArray());
  }
}
