/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino;

import static io.trino.spi.type.VarcharType.VARCHAR;
import static java.lang.invoke.MethodType.methodType;

import io.freshet.client.FreshetClient;
import io.freshet.table.TableName;
import io.freshet.trino.error.FreshetErrors;
import io.trino.spi.procedure.Procedure;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.List;

/** {@code CALL freshet.system.tier('schema', 'table')}: moves all fresh rows into the lake now. */
final class TierProcedure {
  private static final MethodHandle TIER;

  static {
    try {
      TIER =
          MethodHandles.lookup()
              .findVirtual(
                  TierProcedure.class, "tier", methodType(void.class, String.class, String.class));
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final FreshetClient client;

  TierProcedure(FreshetClient client) {
    this.client = client;
  }

  Procedure toProcedure() {
    return new Procedure(
        "system",
        "tier",
        List.of(
            new Procedure.Argument("SCHEMA_NAME", VARCHAR),
            new Procedure.Argument("TABLE_NAME", VARCHAR)),
        TIER.bindTo(this));
  }

  /** Called by the engine, and waits until the rows are in the lake. */
  public void tier(String schema, String table) {
    FreshetErrors.call(() -> client.tier(TableName.parse(schema + "." + table)));
  }
}
