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
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ColumnTextTest {
  @Test
  void readsNamesTypesNullabilityKeyAndComments() {
    Schema schema =
        ColumnText.parse(
            "id bigint PRIMARY KEY, name varchar COMMENT 'it''s printed', price decimal(10, 2) NOT"
                + " NULL, tags list<string not null>, \"at \"\"x\"\"\" timestamp with time zone,"
                + " at2 timestamp_ntz, m map(varchar, row(a int, b varchar))");

    assertThat(schema.columns().stream().map(Types.NestedField::toString))
        .containsExactly(
            "1: id: required long",
            "2: name: optional string (it's printed)",
            "3: price: required decimal(10, 2)",
            "4: tags: optional list<string>",
            "5: at \"x\": optional timestamptz",
            "6: at2: optional timestamp",
            "7: m: optional map<string, struct<11: a: optional int, 12: b: optional string>>");
    assertThat(schema.findType("tags").asListType().isElementRequired()).isTrue();
    assertThat(schema.identifierFieldNames()).containsExactly("id");
  }

  @Test
  void keyOfSeveralColumnsIsALastEntry() {
    Schema schema = ColumnText.parse("a int, b string, c date, primary key (b, a)");

    assertThat(schema.identifierFieldNames()).containsExactlyInAnyOrder("a", "b");
    assertThat(schema.findField("a").isRequired()).isTrue();
    assertThat(schema.findField("c").isOptional()).isTrue();
    assertThat(ColumnText.format(schema))
        .isEqualTo("a int not null, b string not null, c date, primary key (a, b)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          bool                              | boolean
          SmallInt                          | int
          integer                           | int
          bigint                            | long
          real                              | float
          double precision                  | double
          numeric(9)                        | decimal(9,0)
          time(6)                           | time
          timestamp(3)                      | timestamp
          timestamp(9)                      | timestamp_ns
          timestamp(9) with time zone       | timestamptz_ns
          timestamp with local time zone    | timestamptz
          timestamp without time zone       | timestamp
          timestamp_ltz                     | timestamptz
          varchar                           | string
          varbinary                         | binary
          fixed[16]                         | fixed(16)
          uuid                              | uuid
          array(bigint)                     | list<long>
          map<string, array<int>>           | map<string,list<int>>
          struct<a: int, "b c" string>      | struct<a int, "b c" string>
          list<list<struct<x:int not null>>>| list<list<struct<x int not null>>>
          """)
  void readsTheNamesOfIcebergSparkAndTrino(String text, String icebergForm) {
    assertThat(ColumnText.format(ColumnText.parse("c " + text))).isEqualTo("c " + icebergForm);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                        | at position 1: expected a column name, but the text ends
          a                         | at position 2: expected a type, but the text ends
          a int,                    | at position 7: expected a column name, but the text ends
          a int b int               | at position 7: expected ',' or the end, but found 'b'
          a number                  | at position 3: there is no type number: use boolean, int
          a decimal                 | at position 10: expected '(', but the text ends
          a decimal(39,2)           | at position 11: a decimal's precision is 1 to 38, not 39
          a decimal(5,6)            | at position 13: a decimal's scale is 0 to 5, not 6
          a varchar(10)             | at position 10: varchar takes no length: a string has no limit
          a timestamp(12)           | at position 13: a precision in digits of a second is 0 to 9, not 12
          a list<int                | at position 11: expected '>', but the text ends
          a map<int>                | at position 10: expected ',', but found '>'
          a struct<>                | at position 10: expected a field name, but found '>'
          a int, a long             | at position 8: column a is there twice
          a struct<b:int,b:int>     | at position 16: field b is there twice
          a int not nul             | at position 11: expected 'null', but found 'nul'
          "a int                    | at position 1: the " that opens here is never closed
          a int comment x           | at position 15: expected the comment in single quotes, but found 'x'
          a int primary key, b int primary key | a key of several columns is written as a last entry
          a int, primary key (a), b int        | at position 25: primary key (…) comes after the last column
          a int, primary key (b)    | Primary key [b] has a column that is not there: the columns are [a]
          a double primary key      | These columns don't make a schema: Cannot add field a as an identifier
          """)
  void refusesWithPositionAndRemedy(String text, String message) {
    assertThatThrownBy(() -> ColumnText.parse(text))
        .asInstanceOf(type(FreshetException.class))
        .satisfies(e -> assertThat(e.code()).isEqualTo(INVALID_REQUEST))
        .satisfies(e -> assertThat(e).hasMessageContaining(message));
  }

  @Test
  void refusesTypesThatNestWithoutEnd() {
    String text = "a " + "list<".repeat(100_000);

    assertThatThrownBy(() -> ColumnText.parse(text))
        .isInstanceOf(FreshetException.class)
        .hasMessageContaining("types nest at most 32 deep")
        .satisfies(e -> assertThat(String.valueOf(e.getMessage())).hasSizeLessThan(1000));
  }

  @Property(tries = 300)
  void formattedSchemaIsReadBackTheSame(@ForAll("schemas") Schema schema) {
    Schema again = ColumnText.parse(ColumnText.format(schema));

    assertThat(again.asStruct()).isEqualTo(schema.asStruct());
    assertThat(again.identifierFieldIds()).isEqualTo(schema.identifierFieldIds());
  }

  @Property(tries = 500)
  void anyTextIsReadOrRefused(@ForAll("texts") String text) {
    try {
      ColumnText.parse(text);
    } catch (FreshetException e) {
      assertThat(e.code()).isEqualTo(INVALID_REQUEST);
    }
  }

  @Provide
  Arbitrary<Schema> schemas() {
    return LayoutArbitraries.schemas();
  }

  @Provide
  Arbitrary<String> texts() {
    return Combinators.combine(
            Arbitraries.of(
                    "a", "int", "list", "<", ">", "(", ")", ",", "'", "\"", "not", "null",
                    "primary", "key", "comment", "3", "decimal", "struct", ":", "map", "é",
                    "\uD83D", "-")
                .list()
                .ofMaxSize(12),
            Arbitraries.of(" ", ""))
        .as((words, space) -> String.join(space, words));
  }

  @Test
  void freshIdsAreIcebergs() {
    Schema schema = ColumnText.parse("a struct<x:int, y:list<int>>, b int");

    assertThat(TypeUtil.assignIncreasingFreshIds(schema).asStruct()).isEqualTo(schema.asStruct());
    assertThat(List.copyOf(TypeUtil.indexById(schema.asStruct()).keySet()))
        .containsExactlyInAnyOrder(1, 2, 3, 4, 5);
  }
}
