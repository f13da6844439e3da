/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.output;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.cli.output.TextTable.Column;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TextTableTest {
  private static final List<Column> COLUMNS = List.of(Column.text("name"), Column.number("rows"));

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, UTF_8);

  @Test
  void alignsTextLeftAndNumbersRight() {
    TextTable table = new TextTable(out, COLUMNS, Integer.MAX_VALUE);
    table.add(List.of("orders", "7"));
    table.add(List.of("x", "12345"));
    table.finish();

    assertThat(lines())
        .containsExactly(
            "name   |  rows", "-------+------", "orders |     7", "x      | 12345", "(2 rows)");
  }

  @Test
  void anEmptyTableHasAHeading() {
    new TextTable(out, COLUMNS, 80).finish();

    assertThat(lines()).containsExactly("name | rows", "-----+-----", "(0 rows)");
  }

  @Test
  void theWidestColumnIsCutOnATerminal() {
    TextTable table = new TextTable(out, COLUMNS, 20);
    table.add(List.of("a very long name of a table", "7"));
    table.add(List.of("日本日本日本日本日本日本", "8"));
    table.finish();

    assertThat(lines())
        .containsExactly(
            "name          | rows",
            "--------------+-----",
            "a very long … |    7",
            "日本日本日本… |    8",
            "(2 rows)");
  }

  @Test
  void wideCharactersTakeTwoCells() {
    TextTable table = new TextTable(out, COLUMNS, 80);
    table.add(List.of("🦆é日", "7"));
    table.add(List.of("e\u0301", "8"));
    table.finish();

    assertThat(lines()).contains("🦆é日 |    7", "e\u0301     |    8");
  }

  @Test
  void valuesCantBreakLinesOrSteerTheTerminal() {
    TextTable table = new TextTable(out, List.of(Column.text("s")), 80);
    table.add(List.of("a\nb\t\u001b[31m\u202e"));
    table.finish();

    assertThat(lines().get(2)).isEqualTo("a\\nb\\t\\u001b[31m\\u202e");
  }

  @Test
  void rowsAfterTheFirstThousandAreNotHeldBack() {
    TextTable table = new TextTable(out, COLUMNS, Integer.MAX_VALUE);
    for (int i = 0; i < 1001; i++) {
      table.add(List.of("t", Integer.toString(i)));
    }
    assertThat(lines()).hasSize(2 + 1001);
    table.add(List.of("a longer name", "1"));
    table.finish();

    assertThat(lines()).endsWith("a longer name |    1", "(1,002 rows)");
  }

  private List<String> lines() {
    return bytes.toString(UTF_8).lines().toList();
  }
}
