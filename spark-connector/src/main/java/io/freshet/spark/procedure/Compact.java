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
import io.freshet.protocol.CompactResult;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.catalog.procedures.ProcedureParameter;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** Rewrites a table's small or largely deleted lake files, and waits until that is done. */
final class Compact extends ServerProcedure {
  private final TableArgument table;
  private final FreshetClient client;

  Compact(TableArgument table, FreshetClient client) {
    this.table = table;
    this.client = client;
  }

  @Override
  public String name() {
    return "compact";
  }

  @Override
  public String description() {
    return "Rewrites a table's lake files that are small or largely deleted";
  }

  @Override
  public ProcedureParameter[] parameters() {
    return new ProcedureParameter[] {TableArgument.PARAMETER};
  }

  @Override
  StructType result() {
    return new StructType()
        .add("base_snapshot_id", DataTypes.LongType, true)
        .add("files_before", DataTypes.IntegerType, false)
        .add("files_after", DataTypes.IntegerType, false)
        .add("millis", DataTypes.LongType, false);
  }

  @Override
  List<@Nullable Object> run(InternalRow arguments) {
    CompactResult result = client.compact(table.of(name(), arguments));
    return Arrays.asList(
        result.baseSnapshotId(), result.filesBefore(), result.filesAfter(), result.millis());
  }
}
