/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import static io.freshet.server.parquet.WriterFixture.plain;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.iceberg.NullOrder;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.SortOrderComparators;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Partitions and sort orders, against the same rows grouped and sorted by Iceberg's own classes.
 */
final class DataFileLayoutTest {
  private static final Schema SCHEMA = TestSchemas.allTypes();
  private static final int[] BATCHES = {200, 0, 1, 199, 100};
  private static final Map<String, Type> KEY_TYPES =
      Map.of(
          "id", Types.LongType.get(), "day", Types.DateType.get(), "name", Types.StringType.get());

  static Stream<PartitionSpec> specs() {
    List<PartitionSpec> specs = new ArrayList<>();
    for (Types.NestedField field : SCHEMA.columns()) {
      String name = field.name();
      Type.TypeID type = field.type().typeId();
      specs.add(PartitionSpec.builderFor(SCHEMA).identity(name).build());
      specs.add(PartitionSpec.builderFor(SCHEMA).alwaysNull(name).build());
      boolean isFloatingPoint = type == Type.TypeID.FLOAT || type == Type.TypeID.DOUBLE;
      if (type != Type.TypeID.BOOLEAN && !isFloatingPoint) {
        specs.add(PartitionSpec.builderFor(SCHEMA).bucket(name, 5).build());
      }
      switch (type) {
        case INTEGER, LONG, DECIMAL, STRING, BINARY ->
            specs.add(PartitionSpec.builderFor(SCHEMA).truncate(name, 2).build());
        case DATE, TIMESTAMP, TIMESTAMP_NANO -> {
          specs.add(PartitionSpec.builderFor(SCHEMA).year(name).build());
          specs.add(PartitionSpec.builderFor(SCHEMA).month(name).build());
          specs.add(PartitionSpec.builderFor(SCHEMA).day(name).build());
          if (type != Type.TypeID.DATE) {
            specs.add(PartitionSpec.builderFor(SCHEMA).hour(name).build());
          }
        }
        default -> {}
      }
    }
    specs.add(
        PartitionSpec.builderFor(SCHEMA)
            .identity("optional_1")
            .alwaysNull("required_7")
            .bucket("optional_31", 3)
            .year("optional_23")
            .build());
    return specs.stream();
  }

  @ParameterizedTest
  @MethodSource("specs")
  void eachRowIsInTheFileOfItsPartition(PartitionSpec spec) {
    List<Record> records = new RandomRecords(11, 12).of(SCHEMA, 500);
    try (WriterFixture fixture = new WriterFixture(SCHEMA).partitionedBy(spec)) {
      List<WrittenFile> files = fixture.write(records, BATCHES);

      Map<String, List<Record>> expected = new HashMap<>();
      PartitionKey key = new PartitionKey(spec, SCHEMA);
      InternalRecordWrapper wrapper = new InternalRecordWrapper(SCHEMA.asStruct());
      for (Record row : records) {
        key.partition(wrapper.wrap(row));
        expected
            .computeIfAbsent(spec.isUnpartitioned() ? "" : key.toPath(), path -> new ArrayList<>())
            .add(row);
      }
      Map<String, List<Record>> actual = new HashMap<>();
      for (WrittenFile file : files) {
        // A spec with nothing but void fields is unpartitioned, for Iceberg's writers too.
        String path = spec.isUnpartitioned() ? "" : spec.partitionToPath(file.file().partition());
        assertThat(file.file().location()).contains("/data/" + path);
        assertThat(file.file().specId()).isEqualTo(spec.specId());
        List<Record> rows = fixture.read(file);
        assertThat(actual.put(path, rows)).isNull();
        assertThatOriginsTell(file, rows, records);
      }
      assertThat(actual.keySet()).isEqualTo(expected.keySet());
      expected.forEach((path, rows) ->
          assertThat(plain(actual.getOrDefault(path, List.of()))).isEqualTo(plain(rows)));
    }
  }

  static Stream<SortOrder> orders() {
    List<SortOrder> orders = new ArrayList<>();
    for (Types.NestedField field : SCHEMA.columns()) {
      orders.add(SortOrder.builderFor(SCHEMA).asc(field.name(), NullOrder.NULLS_LAST).build());
      orders.add(SortOrder.builderFor(SCHEMA).desc(field.name(), NullOrder.NULLS_LAST).build());
      orders.add(SortOrder.builderFor(SCHEMA).desc(field.name(), NullOrder.NULLS_FIRST).build());
    }
    orders.add(
        SortOrder.builderFor(SCHEMA)
            .asc("optional_7", NullOrder.NULLS_FIRST)
            .desc("optional_31")
            .asc("optional_9")
            .build());
    orders.add(
        SortOrder.builderFor(SCHEMA)
            .desc(Expressions.day("optional_23"))
            .asc(Expressions.bucket("optional_37", 4))
            .desc(Expressions.truncate("optional_31", 1), NullOrder.NULLS_FIRST)
            .asc(Expressions.year("required_19"))
            .build());
    return orders.stream();
  }

  @ParameterizedTest
  @MethodSource("orders")
  void rowsAreSortedAndEqualOnesKeepTheirOrder(SortOrder order) {
    List<Record> records = new RandomRecords(17, 40).of(SCHEMA, 500);
    try (WriterFixture fixture = new WriterFixture(SCHEMA).sortedBy(order)) {
      List<WrittenFile> files = fixture.write(records, BATCHES);

      assertThat(files).hasSize(1);
      Comparator<StructLike> comparator = SortOrderComparators.forSchema(SCHEMA, order);
      List<Record> expected = new ArrayList<>(records);
      expected.sort(
          Comparator.comparing(
              row -> new InternalRecordWrapper(SCHEMA.asStruct()).wrap(row), comparator::compare));
      List<Record> rows = fixture.read(files.get(0));
      assertThat(plain(rows)).isEqualTo(plain(expected));
      assertThat(files.get(0).file().sortOrderId()).isEqualTo(order.orderId());
      assertThatOriginsTell(files.get(0), rows, records);
    }
  }

  static Stream<Arguments> keys() {
    return Stream.of(
        Arguments.of(List.of("id"), List.of("id")),
        Arguments.of(List.of("day", "id"), List.of("day", "id")),
        Arguments.of(List.of("day", "name", "id"), List.of("day")),
        Arguments.of(List.of("name", "id"), List.of()));
  }

  /** As far as the key's first columns, in the order of the schema, have numbers. */
  @ParameterizedTest
  @MethodSource("keys")
  void rowsOfAnUnsortedTableAreInTheOrderOfItsKey(List<String> key, List<String> sorted) {
    List<Types.NestedField> columns = new ArrayList<>();
    int fieldId = 1;
    for (String name : key) {
      columns.add(Types.NestedField.required(fieldId++, name, KEY_TYPES.get(name)));
    }
    Schema schema =
        new Schema(
            columns, columns.stream().map(Types.NestedField::fieldId).collect(Collectors.toSet()));
    List<Record> records = new RandomRecords(29, 30).of(schema, 500);
    try (WriterFixture fixture = new WriterFixture(schema)) {
      List<WrittenFile> files = fixture.write(records, BATCHES);

      SortOrder.Builder order = SortOrder.builderFor(schema);
      sorted.forEach(column -> order.asc(column));
      List<Record> expected = new ArrayList<>(records);
      if (!sorted.isEmpty()) {
        Comparator<StructLike> comparator = SortOrderComparators.forSchema(schema, order.build());
        expected.sort(
            Comparator.comparing(
                row -> new InternalRecordWrapper(schema.asStruct()).wrap(row),
                comparator::compare));
      }
      List<Record> rows = fixture.read(files.get(0));
      assertThat(plain(rows)).isEqualTo(plain(expected));
      assertThat(files.get(0).file().sortOrderId()).isZero();
      assertThatOriginsTell(files.get(0), rows, records);
    }
  }

  @Test
  void theSortOrderOfATableIsBeforeThatOfItsKey() {
    Schema schema =
        new Schema(
            List.of(
                Types.NestedField.required(1, "id", Types.LongType.get()),
                Types.NestedField.required(2, "score", Types.LongType.get())),
            Set.of(1));
    SortOrder order = SortOrder.builderFor(schema).asc("score").build();
    List<Record> records = new RandomRecords(31, 1000).of(schema, 500);
    try (WriterFixture fixture = new WriterFixture(schema).sortedBy(order)) {
      List<Record> rows = fixture.read(fixture.write(records, BATCHES).get(0));

      assertThat(rows).isSortedAccordingTo(Comparator.comparing(row -> (Long) row.get(1)));
    }
  }

  @Test
  void nestedFieldsPartitionAndSort() {
    Schema schema = TestSchemas.nested();
    PartitionSpec spec = PartitionSpec.builderFor(schema).bucket("point.x", 3).build();
    SortOrder order = SortOrder.builderFor(schema).asc("point.y").desc("id").build();
    List<Record> records = new RandomRecords(19, 100).of(schema, 1000);
    try (WriterFixture fixture = new WriterFixture(schema).partitionedBy(spec).sortedBy(order)) {
      List<WrittenFile> files = fixture.write(records, 400, 600);

      assertThat(files).hasSize(4);
      for (WrittenFile file : files) {
        List<Record> rows = fixture.read(file);
        Comparator<StructLike> comparator = SortOrderComparators.forSchema(schema, order);
        assertThat(rows)
            .isSortedAccordingTo(
                Comparator.comparing(
                    row -> new InternalRecordWrapper(schema.asStruct()).wrap(row),
                    comparator::compare));
        for (int i = 0; i < rows.size(); i++) {
          int row = file.origins().row(i) + (file.origins().batch(i) == 0 ? 0 : 400);
          assertThat(plain((Object) rows.get(i))).isEqualTo(plain((Object) records.get(row)));
        }
      }
    }
  }

  /** The largest sort that a unit test can afford, with long runs of equal keys. */
  @Test
  void manyRowsStaySortedAcrossFiles() {
    Schema schema =
        new Schema(
            Types.NestedField.required(1, "key", Types.IntegerType.get()),
            Types.NestedField.required(2, "row", Types.IntegerType.get()));
    Random random = new Random(23);
    List<Record> records =
        IntStream.range(0, 50_000)
            .mapToObj(row -> {
              Record record = org.apache.iceberg.data.GenericRecord.create(schema);
              record.set(0, random.nextInt(300));
              record.set(1, row);
              return record;
            })
            .toList();
    SortOrder order = SortOrder.builderFor(schema).desc("key").build();
    Map<String, String> properties = Map.of("write.target-file-size-bytes", "40000");
    try (WriterFixture fixture = new WriterFixture(schema).sortedBy(order).with(properties)) {
      List<Record> read = new ArrayList<>();
      List<WrittenFile> files = fixture.write(records, 20_000, 30_000);
      files.forEach(file -> read.addAll(fixture.read(file)));

      List<Record> expected = new ArrayList<>(records);
      expected.sort(Comparator.comparing((Record row) -> (Integer) row.get(0)).reversed());
      assertThat(files).hasSizeGreaterThan(1);
      assertThat(plain(read)).isEqualTo(plain(expected));
    }
  }

  private static void assertThatOriginsTell(
      WrittenFile file, List<Record> rows, List<Record> records) {
    int[] starts = {0, 200, 200, 201, 400};
    assertThat(file.origins().size()).isEqualTo(rows.size());
    for (int i = 0; i < rows.size(); i++) {
      int row = starts[file.origins().batch(i)] + file.origins().row(i);
      assertThat(plain((Object) rows.get(i))).isEqualTo(plain((Object) records.get(row)));
    }
  }
}
