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
import static io.freshet.error.FreshetErrorCode.TABLE_ALREADY_EXISTS;

import io.freshet.error.FreshetException;
import io.freshet.server.lake.Lake;
import io.freshet.server.lake.LakeTable;
import io.freshet.server.lake.TableAttachment;
import io.freshet.table.TableDefinition;
import io.freshet.table.TableName;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.apache.iceberg.Schema;

/** A server's way to the simulated lake. */
final class SimulatedConnection implements Lake {
  private final SimulatedLake lake;
  private final Random random;
  private final SimulatedRows form;
  private final BooleanSupplier isAlive;
  private final Runnable elsewhere;

  SimulatedConnection(
      SimulatedLake lake,
      Random random,
      SimulatedRows form,
      BooleanSupplier isAlive,
      Runnable elsewhere) {
    this.lake = lake;
    this.random = random;
    this.form = form;
    this.isAlive = isAlive;
    this.elsewhere = elsewhere;
  }

  /** The way of a call to the lake: it may not get there. */
  void reach() {
    elsewhere.run();
    if (!isAlive.getAsBoolean() || lake.isDown() || lake.isFaulty()) {
      throw SimulatedLake.unavailable("and nothing was done");
    }
  }

  /** The way back of an answer: it may get lost. */
  void answer() {
    elsewhere.run();
    if (!isAlive.getAsBoolean() || lake.isFaulty()) {
      throw SimulatedLake.unavailable("although it was done");
    }
  }

  @Override
  public LakeTable create(TableDefinition given, UUID newTableId) {
    reach();
    if (lake.find(given.name()) != null) {
      throw FreshetException.of(TABLE_ALREADY_EXISTS, "There is a lake table already");
    }
    lake.create(newTableId, given);
    answer();
    return tableOf(newTableId);
  }

  @Override
  public LakeTable open(TableName name, UUID wantedId, int buckets) {
    reach();
    if (!lake.table(wantedId).name().equals(name)) {
      throw FreshetException.of(LAKE_DIVERGED, "The lake has no table %s", name);
    }
    return tableOf(wantedId);
  }

  @Override
  public void drop(TableName name, UUID droppedId, DropMode mode) {
    reach();
    SimulatedLakeTable present = lake.find(name);
    if (present != null && present.id().equals(droppedId)) {
      lake.drop(droppedId);
    }
    answer();
  }

  @Override
  public void setAside(TableName name, TableName aside, UUID tableId) {
    throw new IllegalStateException("Tables of this lake are not replaced");
  }

  @Override
  public void rename(TableName from, TableName to, UUID tableId) {
    reach();
    SimulatedLakeTable present = lake.find(to);
    if (to.equals(SimulatedLake.TAKEN) || (present != null && !present.id().equals(tableId))) {
      throw FreshetException.of(TABLE_ALREADY_EXISTS, "There is a lake table %s already", to);
    }
    lake.table(tableId).rename(to);
    answer();
  }

  @Override
  public Attached attach(TableAttachment attachment, UUID tableId) {
    throw new IllegalStateException("Tables of this lake are not attached");
  }

  @Override
  public void detach(TableName name, UUID tableId, Schema before) {
    throw new IllegalStateException("Tables of this lake are not attached");
  }

  @Override
  public void createNamespace(List<String> namespace) {}

  @Override
  public void dropNamespace(List<String> namespace) {}

  @Override
  public List<List<String>> namespaces() {
    return List.of();
  }

  private LakeTable tableOf(UUID tableId) {
    return new SimulatedTableConnection(this, lake, tableId, random, form);
  }
}
