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
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_READY;

import io.freshet.protocol.CompactResult;
import io.freshet.protocol.TierResult;
import io.freshet.server.bucket.Bucket;
import io.freshet.server.lake.TieredOffsets;
import io.freshet.server.table.ServerTable;
import io.freshet.server.table.Tables;
import io.freshet.table.SchemaChange;
import io.freshet.table.TableDefinition;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** Makes the table, asks for tiering, and changes properties. */
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
    if (tables.names().isEmpty() && !isCreating) {
      create(tables);
    } else if (simulation.server().table() != null) {
      if (random.nextInt(16) == 0) {
        alterSchema(tables);
      } else if (random.nextInt(4) == 0) {
        tables.alterProperties(definition.name(), SimulationSettings.properties(random), List.of());
      } else if (simulation.rows().hasKeys() && random.nextInt(4) == 0) {
        compact(simulation.server().table());
      } else {
        tier(simulation.server().table());
      }
    }
  }

  @Override
  public void serverLost() {
    isCreating = false;
    tierings = 0;
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
  private void alterSchema(Tables tables) {
    SimulatedServer server = simulation.server();
    String name = "column_" + alterations++;
    SchemaChange change =
        lastColumn == null
            ? SchemaChange.AddColumn.of(
                Types.NestedField.optional(name)
                    .withId(1)
                    .ofType(Types.LongType.get())
                    .withInitialDefault(Expressions.lit(7L))
                    .build())
            : new SchemaChange.DropColumn(List.of(lastColumn));
    lastColumn = lastColumn == null ? name : null;
    CompletableFuture<Void> altered = tables.alterSchema(definition.name(), List.of(change));
    altered.whenComplete((unused, error) ->
        simulation.callback(
            server,
            () -> {
              if (error != null) {
                simulation.checkFailure(
                    altered, OVERLOADED, LAKE_UNAVAILABLE, LAKE_DIVERGED, TABLE_NOT_READY);
              }
            }));
  }

  private void tier(ServerTable table) {
    tierings++;
    SimulatedServer server = simulation.server();
    TieredOffsets ends =
        new TieredOffsets(table.buckets().stream().map(Bucket::endOffset).toList());
    CompletableFuture<TierResult> tiered = table.tier();
    tiered.whenComplete((result, error) ->
        simulation.callback(
            server,
            () -> {
              tierings--;
              if (error == null) {
                checkTiered(ends, result);
                hasTieredAtEnd = simulation.isFinishing();
              } else {
                simulation.checkFailure(
                    tiered,
                    OVERLOADED,
                    LAKE_UNAVAILABLE,
                    LAKE_DIVERGED,
                    LOG_WRITE_FAILED,
                    TABLE_NOT_READY);
              }
            }));
  }

  private void compact(ServerTable table) {
    SimulatedServer server = simulation.server();
    CompletableFuture<CompactResult> compacted = table.compact();
    compacted.whenComplete((result, error) ->
        simulation.callback(
            server,
            () -> {
              if (error != null) {
                simulation.checkFailure(
                    compacted, OVERLOADED, LAKE_UNAVAILABLE, LAKE_DIVERGED, TABLE_NOT_READY);
              }
            }));
  }

  private void checkTiered(TieredOffsets ends, TierResult result) {
    TieredOffsets now = simulation.lake().tieredOf(result.baseSnapshotId(), ends.buckets());
    for (int bucket = 0; bucket < ends.buckets(); bucket++) {
      if (now.of(bucket) < ends.of(bucket)) {
        throw new InvariantViolation(
            "TieringTakesAll",
            "the lake holds %s, and %s was visible when tiering was asked for",
            now,
            ends);
      }
    }
  }
}
