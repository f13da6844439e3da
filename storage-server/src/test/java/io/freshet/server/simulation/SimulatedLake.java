/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

import static io.freshet.error.FreshetErrorCode.LAKE_DIVERGED;
import static io.freshet.error.FreshetErrorCode.LAKE_UNAVAILABLE;

import io.freshet.error.FreshetException;
import io.freshet.overlay.PositionBitmap;
import io.freshet.server.lake.CommitOutcome;
import io.freshet.server.lake.Lake;
import io.freshet.server.lake.LakeFiles;
import io.freshet.server.lake.TieredOffsets;
import io.freshet.server.lake.TieringCommit;
import io.freshet.table.TableDefinition;
import io.freshet.table.TableName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * A lake in memory. It outlives crashes of the server, and fails in all the ways in which a remote
 * one does: before or after a commit has taken effect, or it takes effect much later.
 */
final class SimulatedLake {
  /** A name that a table of somebody else has. */
  static final TableName TAKEN = TableName.parse("sim.taken");

  private final Random random;
  private final double faultRate;
  private final SimulatedRows form;
  private final List<Delayed> delayed = new ArrayList<>();
  private final Map<UUID, SimulatedLakeTable> tables = new LinkedHashMap<>();
  private long filesWritten;
  private boolean isDown;
  private boolean isFaultless;

  private record Delayed(UUID table, TieringCommit commit) {}

  /** Files that were written together. */
  record Written(List<SimulatedDataFile> files) implements LakeFiles {}

  /**
   * @param faultRate how likely a call fails
   */
  SimulatedLake(Random random, double faultRate, SimulatedRows form) {
    this.random = random;
    this.faultRate = faultRate;
    this.form = form;
  }

  /**
   * The lake as one server process sees it.
   *
   * @param isAlive whether that process still runs; its calls fail once it does not
   * @param elsewhere what happens elsewhere while a call is on its way
   */
  Lake connect(BooleanSupplier isAlive, Runnable elsewhere) {
    return new SimulatedConnection(this, random, form, isAlive, elsewhere);
  }

  /** Makes all calls fail, or ends that. */
  void setDown(boolean down) {
    isDown = down;
  }

  /** Nothing fails from now on. */
  void heal() {
    isDown = false;
    isFaultless = true;
  }

  boolean isDown() {
    return isDown;
  }

  boolean isFaulty() {
    return !isFaultless && random.nextDouble() < faultRate;
  }

  static FreshetException unavailable(String when) {
    return FreshetException.of(LAKE_UNAVAILABLE, "The simulated lake did not answer %s", when);
  }

  Collection<SimulatedLakeTable> tables() {
    return tables.values();
  }

  /** The table of that id, if there is one. */
  @Nullable SimulatedLakeTable find(UUID id) {
    return tables.get(id);
  }

  /** The table of that name, if there is one. */
  @Nullable SimulatedLakeTable find(TableName name) {
    return tables.values().stream()
        .filter(table -> table.name().equals(name))
        .findFirst()
        .orElse(null);
  }

  /** The table of that id; fails if it was dropped. */
  SimulatedLakeTable table(UUID id) {
    SimulatedLakeTable table = tables.get(id);
    if (table == null) {
      throw FreshetException.of(LAKE_DIVERGED, "The lake table is gone");
    }
    return table;
  }

  void create(UUID id, TableDefinition definition) {
    tables.put(id, new SimulatedLakeTable(id, definition));
  }

  void drop(UUID id) {
    tables.remove(id);
  }

  String newLocation() {
    return "memory:" + filesWritten++;
  }

  /** A commit that was cut off arrives later. */
  void delay(UUID table, TieringCommit commit) {
    delayed.add(new Delayed(table, commit));
  }

  /** One of the commits that were cut off arrives, if there is one. */
  void landDelayedCommit() {
    if (!delayed.isEmpty()) {
      Delayed arriving = delayed.remove(random.nextInt(delayed.size()));
      SimulatedLakeTable table = tables.get(arriving.table());
      if (table != null) {
        CommitOutcome unheard = table.apply(arriving.commit());
      }
    }
  }

  List<SimulatedSnapshot> snapshots(UUID table) {
    return table(table).snapshots();
  }

  TieredOffsets tiered(UUID table) {
    return table(table).newest().tiered();
  }

  /**
   * All rows of a snapshot by bucket, in the order in which they were committed.
   *
   * @param snapshotId null for the empty table
   * @param hidden positions to leave out, by location of a data file of the snapshot
   */
  List<long[]> rows(
      UUID table, @Nullable Long snapshotId, Map<String, PositionBitmap> hidden, int buckets) {
    List<LongStream.Builder> rows = new ArrayList<>();
    for (int bucket = 0; bucket < buckets; bucket++) {
      rows.add(LongStream.builder());
    }
    SimulatedSnapshot snapshot = table(table).snapshot(snapshotId);
    if (snapshot.files().stream().anyMatch(SimulatedDataFile::isDeleted)) {
      throw new InvariantViolation(
          "AcknowledgedNeverLost", "files of a lake snapshot were deleted");
    }
    checkHidden(snapshot, hidden);
    snapshot.rows(hidden).forEach(row -> rows.get(form.bucketOf(row)).add(row));
    return rows.stream().map(builder -> builder.build().toArray()).toList();
  }

  private static void checkHidden(SimulatedSnapshot snapshot, Map<String, PositionBitmap> hidden) {
    Map<String, SimulatedDataFile> files = new HashMap<>();
    snapshot.files().forEach(file -> files.put(file.location(), file));
    hidden.forEach((location, positions) -> {
      SimulatedDataFile file = files.get(location);
      for (long position : positions.toArray()) {
        if (file == null || position >= file.rows()) {
          throw new InvariantViolation(
              "OverlaysAreOfTheBase",
              "row %d of %s is hidden, which is no row",
              position,
              location);
        }
      }
    });
  }
}
