/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.table;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;

/** Random schemas of every type, with names that need quotes. */
final class LayoutArbitraries {
  private LayoutArbitraries() {}

  static Arbitrary<String> names() {
    return Arbitraries.frequencyOf(
        net.jqwik.api.Tuple.of(3, Arbitraries.strings().alpha().ofMinLength(1).ofMaxLength(6)),
        net.jqwik.api.Tuple.of(
            1,
            Arbitraries.of(
                "day", "as", "not", "primary", "key", "desc", "1", "7up", "a.b", "a b", "\"", "`x`",
                "it's", "naïve", "½", "列", "null", "x,y", "🙂")));
  }

  static Arbitrary<Type> primitives() {
    return Arbitraries.of(
        Types.BooleanType.get(),
        Types.IntegerType.get(),
        Types.LongType.get(),
        Types.FloatType.get(),
        Types.DoubleType.get(),
        Types.DecimalType.of(38, 0),
        Types.DecimalType.of(9, 9),
        Types.DateType.get(),
        Types.TimeType.get(),
        Types.TimestampType.withZone(),
        Types.TimestampType.withoutZone(),
        Types.TimestampNanoType.withZone(),
        Types.TimestampNanoType.withoutZone(),
        Types.StringType.get(),
        Types.BinaryType.get(),
        Types.FixedType.ofLength(7),
        Types.UUIDType.get());
  }

  static Arbitrary<Type> types(int depth) {
    if (depth == 0) {
      return primitives();
    }
    Arbitrary<Type> inner = types(depth - 1);
    Arbitrary<Boolean> flags = Arbitraries.of(true, false);
    return Arbitraries.oneOf(
        primitives(),
        Combinators.combine(inner, flags)
            .as((type, isRequired) ->
                isRequired
                    ? Types.ListType.ofRequired(1, type)
                    : Types.ListType.ofOptional(1, type)),
        Combinators.combine(primitives(), inner, flags)
            .as((key, value, isRequired) ->
                isRequired
                    ? Types.MapType.ofRequired(1, 2, key, value)
                    : Types.MapType.ofOptional(1, 2, key, value)),
        fields(inner).map(Types.StructType::of));
  }

  static Arbitrary<Schema> schemas() {
    return Combinators.combine(fields(types(2)), Arbitraries.integers().between(0, 2))
        .as(LayoutArbitraries::withKey);
  }

  private static Arbitrary<List<Types.NestedField>> fields(Arbitrary<Type> types) {
    Arbitrary<Types.NestedField> field =
        Combinators.combine(
                names(), types, Arbitraries.of(true, false), Arbitraries.of("", "it's", "a \"b\""))
            .as((name, type, isRequired, comment) ->
                Types.NestedField.of(
                    1, !isRequired, name, type, comment.isEmpty() ? null : comment));
    return field.list().ofMinSize(1).ofMaxSize(4).uniqueElements(Types.NestedField::name);
  }

  private static Schema withKey(List<Types.NestedField> fields, int keyColumns) {
    List<Types.NestedField> columns = new ArrayList<>();
    Set<Integer> key = new HashSet<>();
    for (int i = 0; i < fields.size(); i++) {
      Types.NestedField field = fields.get(i).withFieldId(i + 1);
      boolean isKey =
          key.size() < keyColumns
              && field.type().isPrimitiveType()
              && field.type().typeId() != Type.TypeID.FLOAT
              && field.type().typeId() != Type.TypeID.DOUBLE;
      if (isKey) {
        key.add(i + 1);
      }
      columns.add(isKey ? field.asRequired() : field);
    }
    int[] lastId = {columns.size()};
    Types.StructType struct =
        TypeUtil.assignFreshIds(Types.StructType.of(columns), () -> ++lastId[0]).asStructType();
    Set<Integer> freshKey = new HashSet<>();
    key.forEach(position -> freshKey.add(struct.fields().get(position - 1).fieldId()));
    return TypeUtil.assignIncreasingFreshIds(new Schema(struct.fields(), freshKey));
  }
}
