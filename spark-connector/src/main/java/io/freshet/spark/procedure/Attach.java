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
import io.freshet.protocol.AttachTable;
import io.freshet.protocol.TableDescription;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.MapData;
import org.apache.spark.sql.connector.catalog.procedures.ProcedureParameter;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** Makes an Iceberg table of the lake a Freshet table, in place. */
final class Attach extends ServerProcedure {
  private static final ArrayType NAMES = DataTypes.createArrayType(DataTypes.StringType, false);
  private static final MapType PROPERTIES =
      DataTypes.createMapType(DataTypes.StringType, DataTypes.StringType, false);

  private final TableArgument table;
  private final FreshetClient client;

  Attach(TableArgument table, FreshetClient client) {
    this.table = table;
    this.client = client;
  }

  @Override
  public String name() {
    return "attach_table";
  }

  @Override
  public String description() {
    return "Makes an Iceberg table of the lake a Freshet table, with the rows that it has";
  }

  @Override
  public ProcedureParameter[] parameters() {
    return new ProcedureParameter[] {
      TableArgument.PARAMETER,
      ProcedureParameter.in("primary_key", NAMES)
          .defaultValue("NULL")
          .comment("such as array('id'); left out for a table of appends")
          .build(),
      ProcedureParameter.in("buckets", DataTypes.IntegerType).defaultValue("NULL").build(),
      ProcedureParameter.in("bucket_key", NAMES).defaultValue("NULL").build(),
      ProcedureParameter.in("properties", PROPERTIES)
          .defaultValue("NULL")
          .comment("such as map('freshet.freshness', '10s')")
          .build()
    };
  }

  @Override
  StructType result() {
    return new StructType()
        .add("table", DataTypes.StringType, false)
        .add("lake_rows", DataTypes.LongType, false);
  }

  @Override
  List<@Nullable Object> run(InternalRow arguments) {
    TableDescription attached =
        client.attachTable(
            new AttachTable(
                table.of(name(), arguments),
                names(arguments, 1),
                arguments.isNullAt(2) ? null : arguments.getInt(2),
                names(arguments, 3),
                properties(arguments, 4)));
    return List.of(text(attached.table().toString()), attached.lakeRows());
  }

  private static @Nullable List<String> names(InternalRow arguments, int ordinal) {
    return arguments.isNullAt(ordinal)
        ? null
        : Arrays.stream(arguments.getArray(ordinal).toObjectArray(DataTypes.StringType))
            .map(String::valueOf)
            .toList();
  }

  private static @Nullable Map<String, String> properties(InternalRow arguments, int ordinal) {
    if (arguments.isNullAt(ordinal)) {
      return null;
    }
    MapData map = arguments.getMap(ordinal);
    Map<String, String> properties = new LinkedHashMap<>();
    for (int i = 0; i < map.numElements(); i++) {
      properties.put(
          map.keyArray().getUTF8String(i).toString(), map.valueArray().getUTF8String(i).toString());
    }
    return properties;
  }
}
