/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;

import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

final class TestSchemas {
  private TestSchemas() {}

  /** A required and an optional column of every primitive type. */
  static Schema allTypes() {
    List<Type> types =
        List.of(
            Types.BooleanType.get(),
            Types.IntegerType.get(),
            Types.LongType.get(),
            Types.FloatType.get(),
            Types.DoubleType.get(),
            Types.DecimalType.of(9, 2),
            Types.DecimalType.of(18, 0),
            Types.DecimalType.of(19, 5),
            Types.DecimalType.of(38, 10),
            Types.DateType.get(),
            Types.TimeType.get(),
            Types.TimestampType.withoutZone(),
            Types.TimestampType.withZone(),
            Types.TimestampNanoType.withoutZone(),
            Types.TimestampNanoType.withZone(),
            Types.StringType.get(),
            Types.BinaryType.get(),
            Types.FixedType.ofLength(7),
            Types.UUIDType.get());
    List<Types.NestedField> fields = new ArrayList<>();
    for (Type type : types) {
      int id = fields.size() + 1;
      fields.add(required(id, "required_" + id, type));
      fields.add(optional(id + 1, "optional_" + id, type));
    }
    return new Schema(fields);
  }

  static Schema nested() {
    Types.StructType point =
        Types.StructType.of(
            required(20, "x", Types.IntegerType.get()),
            optional(21, "y", Types.DoubleType.get()),
            optional(22, "label", Types.StringType.get()));
    return new Schema(
        required(1, "id", Types.LongType.get()),
        optional(2, "point", point),
        optional(3, "numbers", Types.ListType.ofOptional(30, Types.IntegerType.get())),
        required(4, "names", Types.ListType.ofRequired(31, Types.StringType.get())),
        optional(
            5,
            "counts",
            Types.MapType.ofOptional(32, 33, Types.StringType.get(), Types.LongType.get())),
        optional(6, "dot with.dot", Types.DecimalType.of(30, 3)));
  }

  /** Lists of lists, maps of structs of maps, structs of structs. */
  static Schema deep() {
    Types.StructType inner =
        Types.StructType.of(
            optional(40, "flag", Types.BooleanType.get()),
            optional(
                41,
                "scores",
                Types.MapType.ofRequired(
                    42, 43, Types.IntegerType.get(), Types.FixedType.ofLength(3))));
    Types.StructType outer =
        Types.StructType.of(
            required(50, "inner", inner),
            optional(51, "more", Types.StructType.of(optional(52, "u", Types.UUIDType.get()))));
    return new Schema(
        optional(
            1,
            "matrix",
            Types.ListType.ofOptional(
                60, Types.ListType.ofOptional(61, Types.TimestampType.withZone()))),
        optional(2, "byName", Types.MapType.ofOptional(62, 63, Types.StringType.get(), outer)),
        optional(
            3,
            "cubes",
            Types.ListType.ofRequired(
                64, Types.ListType.ofOptional(65, Types.ListType.ofRequired(66, outer2())))),
        optional(4, "last", outer3()));
  }

  private static Types.StructType outer2() {
    return Types.StructType.of(
        optional(70, "a", Types.FloatType.get()), required(71, "b", Types.StringType.get()));
  }

  private static Types.StructType outer3() {
    return Types.StructType.of(
        optional(
            80,
            "struct",
            Types.StructType.of(
                optional(
                    81,
                    "list",
                    Types.ListType.ofOptional(
                        82,
                        Types.StructType.of(
                            optional(83, "c", Types.LongType.get()),
                            optional(
                                84,
                                "map",
                                Types.MapType.ofOptional(
                                    85,
                                    86,
                                    Types.LongType.get(),
                                    Types.ListType.ofOptional(87, Types.BinaryType.get())))))))));
  }
}
