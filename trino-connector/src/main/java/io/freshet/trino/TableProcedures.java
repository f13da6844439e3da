/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino;

import static io.airlift.slice.Slices.utf8Slice;
import static io.trino.spi.type.BigintType.BIGINT;
import static io.trino.spi.type.VarcharType.VARCHAR;
import static java.lang.invoke.MethodType.methodType;

import io.freshet.client.FreshetClient;
import io.freshet.protocol.AttachTable;
import io.freshet.table.TableName;
import io.freshet.table.TableOptions;
import io.freshet.trino.error.FreshetErrors;
import io.trino.spi.procedure.Procedure;
import io.trino.spi.procedure.Procedure.Argument;
import io.trino.spi.type.ArrayType;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code CALL freshet.system.…} can do to a table. Each call waits until the server is done.
 */
final class TableProcedures {
  private static final Argument SCHEMA = new Argument("SCHEMA_NAME", VARCHAR);
  private static final Argument TABLE = new Argument("TABLE_NAME", VARCHAR);

  private final FreshetClient client;

  TableProcedures(FreshetClient client) {
    this.client = client;
  }

  Set<Procedure> all() {
    ArrayType names = new ArrayType(VARCHAR);
    return Set.of(
        procedure("tier", "tier", List.of(), methodType(void.class, String.class, String.class)),
        procedure(
            "compact", "compact", List.of(), methodType(void.class, String.class, String.class)),
        procedure(
            "expire_snapshots",
            "expireSnapshots",
            List.of(
                new Argument("RETENTION_THRESHOLD", VARCHAR, false, utf8Slice("5d")),
                new Argument("RETAIN_LAST", BIGINT, false, 1L)),
            methodType(void.class, String.class, String.class, String.class, long.class)),
        procedure(
            "attach_table",
            "attachTable",
            List.of(
                new Argument("PRIMARY_KEY", names, false, null),
                new Argument("BUCKETS", BIGINT, false, null),
                new Argument("BUCKET_KEY", names, false, null)),
            methodType(
                void.class, String.class, String.class, List.class, Long.class, List.class)));
  }

  /** Moves all fresh rows into the lake. */
  public void tier(String schema, String table) {
    FreshetErrors.run(() -> client.tier(name(schema, table)));
  }

  /** Rewrites lake files that are small or largely deleted. */
  public void compact(String schema, String table) {
    FreshetErrors.run(() -> client.compact(name(schema, table)));
  }

  /** Removes lake snapshots that are older than the threshold, such as {@code 7d}. */
  public void expireSnapshots(String schema, String table, String threshold, long retainLast) {
    FreshetErrors.run(() ->
        client.expireSnapshots(
            name(schema, table),
            Instant.now().minus(TableOptions.duration("RETENTION_THRESHOLD", threshold)),
            Math.clamp(retainLast, Integer.MIN_VALUE, Integer.MAX_VALUE)));
  }

  /** Makes a plain Iceberg table of the lake a Freshet table, with the rows that it has. */
  public void attachTable(
      String schema,
      String table,
      @Nullable List<String> primaryKey,
      @Nullable Long buckets,
      @Nullable List<String> bucketKey) {
    FreshetErrors.run(() ->
        client.attachTable(
            new AttachTable(
                name(schema, table),
                primaryKey,
                buckets == null ? null : Math.clamp(buckets, Integer.MIN_VALUE, Integer.MAX_VALUE),
                bucketKey,
                null)));
  }

  private static TableName name(String schema, String table) {
    return TableName.parse(schema + "." + table);
  }

  private Procedure procedure(String name, String method, List<Argument> more, MethodType type) {
    List<Argument> arguments = Stream.concat(Stream.of(SCHEMA, TABLE), more.stream()).toList();
    return new Procedure("system", name, arguments, handle(method, type));
  }

  private MethodHandle handle(String method, MethodType type) {
    try {
      return MethodHandles.lookup().findVirtual(TableProcedures.class, method, type).bindTo(this);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("There is no such method: " + method, e);
    }
  }
}
