/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.metadata;

import static io.trino.spi.StandardErrorCode.INVALID_FUNCTION_ARGUMENT;
import static io.trino.spi.StandardErrorCode.TABLE_NOT_FOUND;
import static io.trino.spi.function.table.ReturnTypeSpecification.GenericTable.GENERIC_TABLE;
import static io.trino.spi.type.TimestampWithTimeZoneType.TIMESTAMP_TZ_MICROS;
import static io.trino.spi.type.VarcharType.VARCHAR;
import static java.util.Objects.requireNonNull;

import io.airlift.slice.Slice;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.trino.handle.ChangesFunctionHandle;
import io.freshet.trino.server.UnionTransactions;
import io.trino.plugin.iceberg.IcebergColumnHandle;
import io.trino.plugin.iceberg.IcebergUtil;
import io.trino.spi.TrinoException;
import io.trino.spi.connector.ConnectorAccessControl;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.ConnectorTransactionHandle;
import io.trino.spi.connector.SchemaTableName;
import io.trino.spi.function.table.AbstractConnectorTableFunction;
import io.trino.spi.function.table.Argument;
import io.trino.spi.function.table.Descriptor;
import io.trino.spi.function.table.ScalarArgument;
import io.trino.spi.function.table.ScalarArgumentSpecification;
import io.trino.spi.function.table.TableFunctionAnalysis;
import io.trino.spi.type.LongTimestampWithTimeZone;
import io.trino.spi.type.TypeManager;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code TABLE(freshet.system.changes('schema', 'table'))}: what {@code "table$changes"} has, from
 * one moment on and before another one if they are given, so that intervals which follow one
 * another miss nothing and repeat nothing.
 */
public final class ChangesFunction extends AbstractConnectorTableFunction {
  private static final String SCHEMA_NAME = "SCHEMA_NAME";
  private static final String TABLE_NAME = "TABLE_NAME";
  private static final String FROM_TIMESTAMP = "FROM_TIMESTAMP";
  private static final String TO_TIMESTAMP = "TO_TIMESTAMP";
  private static final long MICROS_PER_MILLI = 1000;
  private static final long PICOS_PER_MICRO = 1_000_000;

  private final UnionTransactions transactions;
  private final TypeManager types;

  public ChangesFunction(UnionTransactions transactions, TypeManager types) {
    super(
        "system",
        "changes",
        List.of(
            ScalarArgumentSpecification.builder().name(SCHEMA_NAME).type(VARCHAR).build(),
            ScalarArgumentSpecification.builder().name(TABLE_NAME).type(VARCHAR).build(),
            ScalarArgumentSpecification.builder()
                .name(FROM_TIMESTAMP)
                .type(TIMESTAMP_TZ_MICROS)
                .defaultValue(null)
                .build(),
            ScalarArgumentSpecification.builder()
                .name(TO_TIMESTAMP)
                .type(TIMESTAMP_TZ_MICROS)
                .defaultValue(null)
                .build()),
        GENERIC_TABLE);
    this.transactions = transactions;
    this.types = types;
  }

  @Override
  public TableFunctionAnalysis analyze(
      ConnectorSession session,
      ConnectorTransactionHandle transaction,
      Map<String, Argument> arguments,
      ConnectorAccessControl accessControl) {
    SchemaTableName table =
        new SchemaTableName(text(arguments, SCHEMA_NAME), text(arguments, TABLE_NAME));
    Optional<Long> from = micros(arguments, FROM_TIMESTAMP);
    Optional<Long> to = micros(arguments, TO_TIMESTAMP);
    if (from.isPresent() && to.isPresent() && from.get() > to.get()) {
      throw new TrinoException(
          INVALID_FUNCTION_ARGUMENT,
          String.format(
              "Changes of table %s from %d to %d µs since 1970 can't be read: %s is after %s",
              table, from.get(), to.get(), FROM_TIMESTAMP, TO_TIMESTAMP));
    }
    UnionSnapshot snapshot =
        TableNames.find(table.getSchemaName(), table.getTableName())
            .flatMap(name -> transactions.of(transaction).snapshot(name))
            .orElseThrow(() ->
                new TrinoException(
                    TABLE_NOT_FOUND, String.format("There is no Freshet table %s", table)));
    List<IcebergColumnHandle> columns = columns(snapshot);
    return TableFunctionAnalysis.builder()
        .returnedType(
            Descriptor.descriptor(
                columns.stream().map(IcebergColumnHandle::getName).toList(),
                columns.stream().map(IcebergColumnHandle::getType).toList()))
        .handle(new ChangesFunctionHandle(table, from, to))
        .build();
  }

  private List<IcebergColumnHandle> columns(UnionSnapshot snapshot) {
    return IcebergUtil.getTopLevelColumns(TableChangeLog.schema(snapshot), types);
  }

  private static String text(Map<String, Argument> arguments, String name) {
    Object value = value(arguments, name);
    if (value == null) {
      throw new TrinoException(
          INVALID_FUNCTION_ARGUMENT, String.format("%s of changes can't be null", name));
    }
    return ((Slice) value).toStringUtf8();
  }

  private static Optional<Long> micros(Map<String, Argument> arguments, String name) {
    Object value = value(arguments, name);
    return value == null
        ? Optional.empty()
        : Optional.of(
            ((LongTimestampWithTimeZone) value).getEpochMillis() * MICROS_PER_MILLI
                + ((LongTimestampWithTimeZone) value).getPicosOfMilli() / PICOS_PER_MICRO);
  }

  private static @Nullable Object value(Map<String, Argument> arguments, String name) {
    return ((ScalarArgument) requireNonNull(arguments.get(name), name)).getValue();
  }
}
