/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

import static io.freshet.error.FreshetErrorCode.INTERNAL;
import static io.freshet.error.FreshetErrorCode.LAKE_DIVERGED;
import static io.freshet.error.FreshetErrorCode.LAKE_UNAVAILABLE;
import static io.freshet.error.FreshetErrorCode.LOG_WRITE_FAILED;
import static io.freshet.error.FreshetErrorCode.OVERLOADED;
import static io.freshet.error.FreshetErrorCode.TABLE_ALREADY_EXISTS;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_FOUND;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_READY;

import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.freshet.protocol.TierResult;
import io.freshet.server.bucket.Bucket;
import io.freshet.server.lake.Lake.DropMode;
import io.freshet.server.lake.TieredOffsets;
import io.freshet.server.table.ServerTable;
import io.freshet.server.table.Tables;
import io.freshet.table.SchemaChange;
import io.freshet.table.TableDefinition;
import io.freshet.table.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** Makes the table, drops it, changes it in all ways, and asks for tiering. */
final class TableAdmin implements Actor {
  private final TableSimulation simulation;
  private final Random random;
  private final TableDefinition definition;
  private int alterations;
  private @Nullable String lastColumn;
  private boolean isCreating;
  private int tierings;
  private boolean hasTieredAtEnd;

  TableAdmin(TableSimulation simulation) {
    this.simulation = simulation;
    this.random = simulation.random();
    this.definition = simulation.rows().definition(SimulationSettings.properties(random));
  }

  @Override
  public void act() {
    Tables tables = simulation.server().tables();
    ServerTable table = simulation.server().table();
    if (tables.names().isEmpty() && !isCreating) {
      create(tables);
    } else if (random.nextInt(60) == 0 && !tables.names().isEmpty()) {
      answered(tables.drop(tables.names().get(0), DropMode.PURGE), INTERNAL);
    } else if (table != null) {
      change(tables, table);
    }
  }

  private void change(Tables tables, ServerTable table) {
    TableName name = table.name();
    switch (random.nextInt(32)) {
      case 0, 1 -> alterSchema(tables, name);
      case 2 -> rename(tables, name);
      case 3 -> {
        if (simulation.rows().hasKeys()) {
          truncate(tables, table);
        }
      }
      case 4, 5 -> answered(table.expire(simulation.clock().instant(), 1 + random.nextInt(3)));
      case 6, 7, 8, 9, 10 ->
          answered(tables.alterProperties(name, SimulationSettings.properties(random), List.of()));
      case 11, 12, 13, 14, 15, 16 -> {
        if (simulation.rows().hasKeys()) {
          answered(table.compact());
        }
      }
      default -> tier(table);
    }
  }

  @Override
  public void serverLost() {
    isCreating = false;
    tierings = 0;
    hasTieredAtEnd = false;
  }

  @Override
  public void tableReplaced() {
    tierings = 0;
    lastColumn = null;
    hasTieredAtEnd = false;
  }

  /** Tiers all that is there, which must succeed at last. */
  @Override
  public void finish() {
    Tables tables = simulation.server().tables();
    ServerTable table = simulation.server().table();
    if (tables.names().isEmpty() && !isCreating) {
      create(tables);
    } else if (table != null && tierings == 0 && !hasTieredAtEnd) {
      tier(table);
    }
  }

  @Override
  public boolean isIdle() {
    return tierings == 0 && hasTieredAtEnd;
  }

  @Override
  public String toString() {
    return tierings + " requests to tier";
  }

  private void create(Tables tables) {
    isCreating = true;
    SimulatedServer server = simulation.server();
    CompletableFuture<ServerTable> created = tables.create(definition);
    created.whenComplete((table, error) ->
        simulation.callback(
            server,
            () -> {
              isCreating = false;
              if (error != null) {
                simulation.checkFailure(
                    created, INTERNAL, LAKE_UNAVAILABLE, LOG_WRITE_FAILED, TABLE_ALREADY_EXISTS);
              }
            }));
  }

  /** Adds a column, or drops the one that was added last. */
  private void alterSchema(Tables tables, TableName name) {
    String column = "column_" + alterations++;
    SchemaChange change =
        lastColumn == null
            ? SchemaChange.AddColumn.of(
                Types.NestedField.optional(column)
                    .withId(1)
                    .ofType(Types.LongType.get())
                    .withInitialDefault(Expressions.lit(7L))
                    .build())
            : new SchemaChange.DropColumn(List.of(lastColumn));
    lastColumn = lastColumn == null ? column : null;
    answered(call(() -> tables.alterSchema(name, List.of(change))));
  }

  private void rename(Tables tables, TableName name) {
    TableName newName =
        random.nextInt(4) == 0
            ? SimulatedLake.TAKEN
            : TableName.parse("sim.events_" + random.nextInt(3));
    SimulatedServer server = simulation.server();
    CompletableFuture<Void> renamed = tables.rename(name, newName);
    renamed.whenComplete((unused, error) ->
        simulation.callback(
            server,
            () -> {
              if (error != null) {
                simulation.checkFailure(renamed, with(INTERNAL, TABLE_ALREADY_EXISTS));
              }
            }));
  }

  /** Removes all rows that are visible now. */
  private void truncate(Tables tables, ServerTable table) {
    SimulatedServer server = simulation.server();
    TieredOffsets ends = ends(table);
    CompletableFuture<Void> truncated = call(() -> tables.truncate(table.name()));
    truncated.whenComplete((unused, error) ->
        simulation.callback(
            server,
            () -> {
              SimulatedLakeTable lakeTable = simulation.lake().find(table.id());
              if (error != null) {
                simulation.checkFailure(truncated, with());
              } else if (lakeTable != null) {
                checkTruncated(lakeTable, ends);
              }
            }));
  }

  private static void checkTruncated(SimulatedLakeTable lakeTable, TieredOffsets ends) {
    boolean isTruncated =
        lakeTable.snapshots().stream()
            .anyMatch(
                snapshot -> snapshot.edit().isTruncate() && snapshot.tiered().isAtLeast(ends));
    if (!isTruncated) {
      throw new InvariantViolation(
          "TruncateTakesAll", "no snapshot is truncated up to %s, which was visible", ends);
    }
  }

  /** What fails at once is an answer, too. */
  private static <T> CompletableFuture<T> call(Supplier<CompletableFuture<T>> call) {
    try {
      return call.get();
    } catch (FreshetException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Checks that a call succeeds, or fails as calls to tables may. */
  private void answered(CompletableFuture<?> answer, FreshetErrorCode... alsoAllowed) {
    SimulatedServer server = simulation.server();
    answer.whenComplete((unused, error) ->
        simulation.callback(
            server,
            () -> {
              if (error != null) {
                simulation.checkFailure(answer, with(alsoAllowed));
              }
            }));
  }

  private static FreshetErrorCode[] with(FreshetErrorCode... alsoAllowed) {
    List<FreshetErrorCode> allowed = new ArrayList<>(List.of(alsoAllowed));
    allowed.addAll(
        List.of(
            OVERLOADED,
            LAKE_UNAVAILABLE,
            LAKE_DIVERGED,
            LOG_WRITE_FAILED,
            TABLE_NOT_READY,
            TABLE_NOT_FOUND));
    return allowed.toArray(FreshetErrorCode[]::new);
  }

  private static TieredOffsets ends(ServerTable table) {
    return new TieredOffsets(table.buckets().stream().map(Bucket::endOffset).toList());
  }

  private void tier(ServerTable table) {
    tierings++;
    int incarnation = simulation.oracle().incarnation();
    SimulatedServer server = simulation.server();
    TieredOffsets ends = ends(table);
    CompletableFuture<TierResult> tiered = table.tier();
    tiered.whenComplete((result, error) ->
        simulation.callback(
            server,
            () -> {
              if (incarnation != simulation.oracle().incarnation()) {
                return; // Of a table that was dropped.
              }
              tierings--;
              if (error != null) {
                simulation.checkFailure(tiered, with());
                return;
              }
              SimulatedLakeTable lakeTable = simulation.lake().find(table.id());
              if (lakeTable != null) {
                checkTiered(lakeTable, ends, result);
                hasTieredAtEnd = simulation.isFinishing();
              }
            }));
  }

  private static void checkTiered(
      SimulatedLakeTable lakeTable, TieredOffsets ends, TierResult result) {
    Long base = result.baseSnapshotId();
    TieredOffsets now =
        base == null
            ? TieredOffsets.zero(ends.buckets())
            : lakeTable.snapshots().get((int) (base - 1)).tiered();
    if (!now.isAtLeast(ends)) {
      throw new InvariantViolation(
          "TieringTakesAll",
          "the lake holds %s, and %s was visible when tiering was asked for",
          now,
          ends);
    }
  }
}
