/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.arrow.RandomRows;
import io.freshet.error.FreshetException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KeyEncoderTest {
  private static final byte[] SECRET = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void close() {
    allocator.close();
  }

  @Test
  void keysAreEqualIfAndOnlyIfTheirValuesAre() {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      RandomRows values = new RandomRows(random);
      List<Type> types = new ArrayList<>();
      int count = 1 + random.nextInt(3);
      for (int i = 0; i < count; i++) {
        types.add(values.primitive());
      }
      Schema schema = schema(types);
      List<Record> rows = new ArrayList<>();
      for (int i = 0; i < 1200; i++) {
        Record row = GenericRecord.create(schema);
        for (int column = 0; column < count; column++) {
          row.set(column, values.value(types.get(column)));
        }
        rows.add(row);
      }
      checkDistinct(seed, schema, rows);
    }
  }

  private void checkDistinct(long seed, Schema schema, List<Record> rows) {
    KeyHashes keys = encode(schema, rows);
    Map<List<Object>, List<Long>> hashes = new HashMap<>();
    Map<List<Long>, List<Object>> values = new HashMap<>();
    for (int row = 0; row < rows.size(); row++) {
      List<Object> value = new ArrayList<>();
      for (int column = 0; column < schema.columns().size(); column++) {
        Object cell = rows.get(row).get(column);
        value.add(cell instanceof byte[] bytes ? ByteBuffer.wrap(bytes) : cell);
      }
      List<Long> hash = List.of(keys.first(row), keys.second(row));
      assertThat(hashes.computeIfAbsent(value, any -> hash))
          .as("seed %s, %s, %s", seed, schema, value)
          .isEqualTo(hash);
      assertThat(values.computeIfAbsent(hash, any -> value))
          .as("seed %s, %s, %s", seed, schema, hash)
          .isEqualTo(value);
    }
  }

  @Test
  void keysOfUpToEightBytesAreExact() {
    assertThat(form(Types.LongType.get())).isEqualTo(KeyForm.EXACT);
    assertThat(form(Types.DecimalType.of(18, 3))).isEqualTo(KeyForm.EXACT);
    assertThat(form(Types.DecimalType.of(19, 3))).isEqualTo(KeyForm.HASHED);
    assertThat(form(Types.FixedType.ofLength(8))).isEqualTo(KeyForm.EXACT);
    assertThat(form(Types.FixedType.ofLength(9))).isEqualTo(KeyForm.HASHED);
    assertThat(form(Types.UUIDType.get())).isEqualTo(KeyForm.HASHED);
    assertThat(form(Types.StringType.get())).isEqualTo(KeyForm.HASHED);
    assertThat(form(Types.IntegerType.get(), Types.DateType.get())).isEqualTo(KeyForm.EXACT);
    assertThat(form(Types.IntegerType.get(), Types.DecimalType.of(9, 0))).isEqualTo(KeyForm.EXACT);
    assertThat(form(Types.IntegerType.get(), Types.IntegerType.get(), Types.BooleanType.get()))
        .isEqualTo(KeyForm.HASHED);
    assertThat(form(Types.LongType.get(), Types.BooleanType.get())).isEqualTo(KeyForm.HASHED);
  }

  @Test
  void textsThatJoinToTheSameAreDifferentKeys() {
    Schema schema = schema(List.of(Types.StringType.get(), Types.StringType.get()));
    KeyHashes keys =
        encode(
            schema,
            List.of(row(schema, "a", "bc"), row(schema, "ab", "c"), row(schema, "", "abc")));
    assertThat(List.of(keys.first(0), keys.first(1), keys.first(2))).doesNotHaveDuplicates();
  }

  @Test
  void zeroesAreTwoKeysAndAllNaNsAreOne() {
    Schema schema = schema(List.of(Types.DoubleType.get()));
    double otherNaN = Double.longBitsToDouble(0x7ff8000000000001L);
    KeyHashes keys =
        encode(
            schema,
            List.of(
                row(schema, 0.0),
                row(schema, -0.0),
                row(schema, Double.NaN),
                row(schema, otherNaN)));
    assertThat(keys.first(0)).isNotEqualTo(keys.first(1));
    assertThat(keys.first(2)).isEqualTo(keys.first(3));
  }

  @Test
  void intAndTheLongThatItIsPromotedToAreTheSameKey() {
    Schema ints = schema(List.of(Types.IntegerType.get()));
    Schema longs = schema(List.of(Types.LongType.get()));
    assertThat(encode(ints, List.of(row(ints, -5))).first(0))
        .isEqualTo(encode(longs, List.of(row(longs, -5L))).first(0));
  }

  /** Stored: these values never change. */
  @Test
  void storedFormIsStable() {
    Schema mixed =
        schema(List.of(Types.StringType.get(), Types.UUIDType.get(), Types.IntegerType.get()));
    long[] exact = hash(row(schema(List.of(Types.LongType.get())), 42L));
    long[] packed =
        hash(row(schema(List.of(Types.IntegerType.get(), Types.BooleanType.get())), 7, true));
    long[] hashed = hash(row(mixed, "straße 1", new UUID(1, 2), -3));
    KeyEncoder encoder = new KeyEncoder(KeyColumns.of(mixed, List.of("c1", "c2", "c3")), SECRET);
    assertThat(List.of(exact[0], packed[0], hashed[0], hashed[1], encoder.fingerprint()))
        .containsExactly(
            1030869772852012616L,
            3021261923535379406L,
            1378756316926017436L,
            3724983868966458959L,
            -1263739788586244616L);
  }

  @Test
  void otherTypesOrSecretsHaveOtherFingerprints() {
    KeyColumns one = KeyColumns.of(schema(List.of(Types.LongType.get())), List.of("c1"));
    KeyColumns other = KeyColumns.of(schema(List.of(Types.StringType.get())), List.of("c1"));
    assertThat(new KeyEncoder(one, SECRET).fingerprint())
        .isNotEqualTo(new KeyEncoder(other, SECRET).fingerprint())
        .isNotEqualTo(new KeyEncoder(one, new byte[16]).fingerprint());
  }

  @Test
  void nullsAndUnknownColumnsAreRefused() {
    Schema schema = new Schema(Types.NestedField.optional(1, "c1", Types.LongType.get()));
    Record empty = GenericRecord.create(schema);
    assertThatThrownBy(() -> encode(schema, List.of(row(schema, 1L), empty)))
        .isInstanceOf(FreshetException.class)
        .hasMessage(
            "Column c1 is in the primary key and has 1 nulls in a batch of 2 rows. Give each row a"
                + " key.");
    assertThatThrownBy(() -> KeyColumns.of(schema, List.of("c2")))
        .hasMessage("Column c2 of the primary key is not in the table.");
    assertThatThrownBy(() -> KeyColumns.of(schema, List.of()))
        .hasMessage("A primary key needs at least one column.");
  }

  private long[] hash(Record row) {
    KeyHashes keys = encode(new Schema(row.struct().fields()), List.of(row));
    return new long[] {keys.first(0), keys.second(0)};
  }

  private KeyHashes encode(Schema schema, List<? extends Record> rows) {
    List<String> names = schema.columns().stream().map(Types.NestedField::name).toList();
    KeyEncoder encoder = new KeyEncoder(KeyColumns.of(schema, names), SECRET);
    KeyHashes keys = new KeyHashes(encoder.form());
    try (VectorSchemaRoot batch = RandomRows.batch(schema, rows, allocator)) {
      encoder.encode(batch, keys);
    }
    return keys;
  }

  private static Record row(Schema schema, Object... values) {
    Record row = GenericRecord.create(schema);
    for (int i = 0; i < values.length; i++) {
      row.set(i, values[i]);
    }
    return row;
  }

  private static KeyForm form(Type... types) {
    Schema schema = schema(List.of(types));
    return KeyColumns.of(schema, schema.columns().stream().map(Types.NestedField::name).toList())
        .form();
  }

  private static Schema schema(List<Type> types) {
    List<Types.NestedField> fields = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      fields.add(Types.NestedField.required(i + 1, "c" + (i + 1), types.get(i)));
    }
    return new Schema(fields);
  }
}
