/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.procedure;

import io.freshet.client.FreshetClient;
import io.freshet.protocol.TierResult;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.catalog.procedures.ProcedureParameter;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** Moves all fresh rows of a table into the lake, and waits until they are there. */
final class Tier extends ServerProcedure {
  private final TableArgument table;
  private final FreshetClient client;

  Tier(TableArgument table, FreshetClient client) {
    this.table = table;
    this.client = client;
  }

  @Override
  public String name() {
    return "tier";
  }

  @Override
  public String description() {
    return "Moves all fresh rows of a table into the lake now";
  }

  @Override
  public ProcedureParameter[] parameters() {
    return new ProcedureParameter[] {TableArgument.PARAMETER};
  }

  @Override
  StructType result() {
    return new StructType()
        .add("base_snapshot_id", DataTypes.LongType, true)
        .add("rows", DataTypes.LongType, false)
        .add("millis", DataTypes.LongType, false);
  }

  @Override
  List<@Nullable Object> run(InternalRow arguments) {
    TierResult result = client.tier(table.of(name(), arguments));
    return Arrays.asList(result.baseSnapshotId(), result.rows(), result.millis());
  }
}
