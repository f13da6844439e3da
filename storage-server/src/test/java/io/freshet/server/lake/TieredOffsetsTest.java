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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TieredOffsetsTest {
  @Test
  void textIsReadAsItWasWritten() {
    TieredOffsets offsets = new TieredOffsets(List.of(0L, 12L, Long.MAX_VALUE));
    assertThat(offsets).hasToString("0,12,9223372036854775807");
    assertThat(TieredOffsets.parse(offsets.toString(), 3)).isEqualTo(offsets);
    assertThat(TieredOffsets.zero(2)).hasToString("0,0");
  }

  @Test
  void rowsSinceAddsUpAllBuckets() {
    TieredOffsets earlier = new TieredOffsets(List.of(1L, 10L));
    TieredOffsets later = new TieredOffsets(List.of(4L, 10L));
    assertThat(later.rowsSince(earlier)).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "1,2,3", "1,", "1,x", "1;2", "1,99999999999999999999"})
  void textOfSomethingElseIsRefused(String text) {
    assertThatThrownBy(() -> TieredOffsets.parse(text, 2))
        .hasMessage(
            "Tiered offsets '"
                + text
                + "' in the lake are not 2 numbers joined by commas: the lake table was changed by"
                + " something other than Freshet; roll it back to a snapshot that Freshet wrote");
  }
}
