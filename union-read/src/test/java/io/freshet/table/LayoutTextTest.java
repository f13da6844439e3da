/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.table;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.freshet.error.FreshetException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LayoutTextTest {
  private static final Schema SCHEMA =
      ColumnText.parse(
          "id long, date timestamp, origin string, delay double, \"Day of week\" int,"
              + " place struct<city:string, zip:int>, tags list<int>, d date");

  @Test
  void readsEveryTransform() {
    PartitionSpec spec =
        Partitioning.parse(
            SCHEMA,
            List.of(
                "origin",
                "year(d)",
                "Month(date)",
                "bucket(4, origin)",
                "truncate(place.city, 2)",
                "bucket(id, 8) as shard",
                "\"Day of week\""));

    assertThat(spec)
        .isEqualTo(
            PartitionSpec.builderFor(SCHEMA)
                .identity("origin")
                .year("d")
                .month("date")
                .bucket("origin", 4)
                .truncate("place.city", 2)
                .bucket("id", 8, "shard")
                .identity("Day of week")
                .build());
    assertThat(Partitioning.format(spec))
        .containsExactly(
            "origin",
            "year(d)",
            "month(date)",
            "bucket(4, origin)",
            "truncate(2, place.city)",
            "bucket(8, id) as shard",
            "\"Day of week\"");
  }

  @Test
  void readsSparksPluralsAndSeveralEntriesInOneText() {
    assertThat(Partitioning.parse(SCHEMA, List.of("days(date), bucket(4, origin)")))
        .isEqualTo(PartitionSpec.builderFor(SCHEMA).day("date").bucket("origin", 4).build());
    assertThat(Partitioning.parse(SCHEMA, List.of()).isUnpartitioned()).isTrue();
    assertThat(Partitioning.format(PartitionSpec.unpartitioned())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''               | at position 1: expected a column, but the text ends
          city             | at position 1: there is no column city: the columns are id, date, origin
          Origin           | at position 1: there is no column Origin: did you mean origin?
          week(date)       | at position 1: there is no transform week. Partition by: column, year(column)
          day(date         | at position 9: expected ')', but the text ends
          bucket(origin)   | at position 14: expected ',', but found ')'
          bucket(0, origin)| at position 8: the number of buckets is 1 to 2147483647, not 0
          bucket(99999999999, origin)| at position 8: the number of buckets is 1 to 2147483647
          truncate(origin, x)| at position 18: expected the width, but found 'x'
          bucket(4, delay) | at position 1: column delay has type double, which has no transform bucket
          hour(d)          | at position 1: column d has type date, which has no transform hour
          place            | at position 1: column place has type struct<city string, zip int>
          tags.element     | Invalid partition field parent
          date desc        | at position 6: expected 'as', ',' or the end, but found 'desc'
          origin, origin   | at position 9: Iceberg refuses it: Cannot use partition name more than once
          """)
  void refusesPartitioningWithPositionAndRemedy(String text, String message) {
    assertThatThrownBy(() -> Partitioning.parse(SCHEMA, List.of(text)))
        .asInstanceOf(type(FreshetException.class))
        .satisfies(e -> assertThat(e.code()).isEqualTo(INVALID_REQUEST))
        .satisfies(e -> assertThat(e).hasMessageContaining(message));
  }

  @Test
  void readsDirectionAndNullOrder() {
    SortOrder order =
        Sorting.parse(
            SCHEMA,
            List.of("date DESC", "origin asc nulls last", "bucket(4, id) desc nulls first", "d"));

    assertThat(order.fields().stream().map(Object::toString))
        .containsExactly(
            "identity(2) DESC NULLS LAST",
            "identity(3) ASC NULLS LAST",
            "bucket[4](1) DESC NULLS FIRST",
            "identity(8) ASC NULLS FIRST");
    assertThat(Sorting.format(order))
        .containsExactly("date desc", "origin nulls last", "bucket(4, id) desc nulls first", "d");
    assertThat(Sorting.parse(SCHEMA, List.of()).isUnsorted()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          date down         | at position 6: expected 'asc', 'desc', 'nulls', ',' or the end
          date nulls        | at position 11: expected 'first' or 'last', but the text ends. Sort by: column
          date desc asc     | at position 11: expected 'asc', 'desc', 'nulls', ',' or the end, but found 'asc'
          tags              | column tags has type list<int>, which has no transform identity
          """)
  void refusesSortOrderWithPositionAndRemedy(String text, String message) {
    assertThatThrownBy(() -> Sorting.parse(SCHEMA, List.of(text)))
        .asInstanceOf(type(FreshetException.class))
        .satisfies(e -> assertThat(e.code()).isEqualTo(INVALID_REQUEST))
        .satisfies(e -> assertThat(e).hasMessageContaining(message));
  }

  @Property(tries = 300)
  void formattedLayoutIsReadBackTheSame(@ForAll("schemas") Schema schema, @ForAll long seed) {
    Random random = new Random(seed);
    List<String> partitionEntries = new ArrayList<>();
    List<String> sortEntries = new ArrayList<>();
    List<Types.NestedField> columns = new ArrayList<>(schema.columns());
    Collections.shuffle(columns, random);
    for (Types.NestedField column : columns) {
      String[] terms = terms(column, random);
      if (terms.length > 0) {
        partitionEntries.add(terms[0] + " as \"p " + column.fieldId() + '"');
        sortEntries.add(
            terms[0]
                + List.of("", " asc", " desc nulls last", " nulls last").get(random.nextInt(4)));
      }
    }

    PartitionSpec spec = Partitioning.parse(schema, partitionEntries);
    SortOrder order = Sorting.parse(schema, sortEntries);

    assertThat(Partitioning.parse(schema, Partitioning.format(spec))).isEqualTo(spec);
    assertThat(Sorting.parse(schema, Sorting.format(order))).isEqualTo(order);
  }

  private static String[] terms(Types.NestedField column, Random random) {
    String name = TextCursor.quotedPart(column.name());
    String[] allowed =
        switch (column.type().typeId()) {
          case STRUCT, LIST, MAP -> new String[0];
          case BOOLEAN, FLOAT, DOUBLE -> new String[] {name};
          case DATE -> new String[] {name, "day(" + name + ")", "years(" + name + ")"};
          case TIMESTAMP, TIMESTAMP_NANO -> new String[] {name, "hour(" + name + ")"};
          case UUID, FIXED, TIME -> new String[] {name, "bucket(3, " + name + ")"};
          default -> new String[] {name, "bucket(3, " + name + ")", "truncate(" + name + ", 5)"};
        };
    Collections.shuffle(java.util.Arrays.asList(allowed), random);
    return allowed;
  }

  @Provide
  Arbitrary<Schema> schemas() {
    return LayoutArbitraries.schemas();
  }

  @Property(tries = 300)
  void anyTextIsReadOrRefused(@ForAll("texts") String text) {
    try {
      Sorting.parse(SCHEMA, List.of(text));
      Partitioning.parse(SCHEMA, List.of(text));
    } catch (FreshetException e) {
      assertThat(e.code()).isEqualTo(INVALID_REQUEST);
    }
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.of(
            "id", "date", "tags", "place", ".", "(", ")", ",", "bucket", "day", "4", "desc",
            "nulls", "first", "as", "\"", "key", "value", "element", "zip")
        .list()
        .ofMaxSize(8)
        .map(words -> String.join(" ", words));
  }
}
