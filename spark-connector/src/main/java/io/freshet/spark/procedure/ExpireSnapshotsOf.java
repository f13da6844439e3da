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
import io.freshet.protocol.ExpireResult;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.catalog.procedures.ProcedureParameter;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** Removes a table's old lake snapshots, and files that no snapshot refers to. */
final class ExpireSnapshotsOf extends ServerProcedure {
  private final TableArgument table;
  private final FreshetClient client;

  ExpireSnapshotsOf(TableArgument table, FreshetClient client) {
    this.table = table;
    this.client = client;
  }

  @Override
  public String name() {
    return "expire_snapshots";
  }

  @Override
  public String description() {
    return "Removes a table's old lake snapshots, and files that no snapshot refers to";
  }

  @Override
  public ProcedureParameter[] parameters() {
    return new ProcedureParameter[] {
      TableArgument.PARAMETER,
      ProcedureParameter.in("older_than", DataTypes.TimestampType)
          .defaultValue("NULL")
          .comment("younger snapshots stay; five days ago if left out")
          .build(),
      ProcedureParameter.in("retain_last", DataTypes.IntegerType)
          .defaultValue("NULL")
          .comment("so many of the newest snapshots stay; 1 if left out")
          .build()
    };
  }

  @Override
  StructType result() {
    return new StructType()
        .add("snapshots", DataTypes.IntegerType, false)
        .add("orphan_files", DataTypes.IntegerType, false);
  }

  @Override
  List<@Nullable Object> run(InternalRow arguments) {
    Instant olderThan =
        arguments.isNullAt(1) ? null : Instant.EPOCH.plus(arguments.getLong(1), ChronoUnit.MICROS);
    Integer retainLast = arguments.isNullAt(2) ? null : arguments.getInt(2);
    ExpireResult result =
        client.expireSnapshots(table.of(name(), arguments), olderThan, retainLast);
    return List.of(result.snapshots(), result.orphanFiles());
  }
}
