/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MovedRowsTest {
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 32_767, 32_768, 32_769, 100_000})
  void rowsAreWhereTheyWereMoved(long rows) {
    MovedRows moved = new MovedRows(rows, List.of("even", "odd"));
    LongStream.range(0, rows)
        .filter(row -> row % 3 != 0)
        .forEach(row -> moved.move(row, (int) (row % 2), rows - row));

    assertThat(moved.rows()).isEqualTo(rows);
    for (long row = 0; row < rows; row++) {
      assertThat(moved.isMoved(row)).isEqualTo(row % 3 != 0);
      if (row % 3 != 0) {
        assertThat(moved.file(row)).isEqualTo(row % 2 == 0 ? "even" : "odd");
        assertThat(moved.position(row)).isEqualTo(rows - row);
      }
    }
  }

  @Test
  void rowThatWasDeletedIsNowhere() {
    MovedRows moved = new MovedRows(2, List.of("new"));

    assertThatThrownBy(() -> moved.position(1))
        .hasMessage("The row at position 1 was deleted before its file was rewritten");
  }
}
