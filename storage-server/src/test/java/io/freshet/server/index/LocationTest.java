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

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class LocationTest {
  @Property
  void freshLocationKeepsItsOffset(@ForAll @LongRange(max = Long.MAX_VALUE) long offset) {
    long location = Location.ofFresh(offset);
    assertThat(Location.isFresh(location)).isTrue();
    assertThat(Location.isLake(location)).isFalse();
    assertThat(Location.isAbsent(location)).isFalse();
    assertThat(Location.freshOffset(location)).isEqualTo(offset);
  }

  @Property
  void lakeLocationKeepsFileAndPosition(
      @ForAll @IntRange(max = Location.MAX_FILE_NUMBER) int fileNumber,
      @ForAll @LongRange(max = Location.MAX_POSITION) long position) {
    long location = Location.ofLake(fileNumber, position);
    assertThat(Location.isLake(location)).isTrue();
    assertThat(Location.isFresh(location)).isFalse();
    assertThat(Location.isAbsent(location)).isFalse();
    assertThat(location).isNotEqualTo(Location.REMOVED);
    assertThat(Location.fileNumber(location)).isEqualTo(fileNumber);
    assertThat(Location.position(location)).isEqualTo(position);
  }

  @Test
  void bitsAreAsDocumented() {
    assertThat(Location.ofFresh(5)).isEqualTo(5);
    assertThat(Location.ofLake(0, 0)).isEqualTo(Long.MIN_VALUE);
    assertThat(Location.ofLake(3, 7)).isEqualTo(Long.MIN_VALUE + 3 * (1L << 33) + 7);
    assertThat(Location.isFresh(Location.ABSENT)).isFalse();
    assertThat(Location.isLake(Location.ABSENT)).isFalse();
    assertThat(Location.isLake(Location.REMOVED)).isFalse();
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThatThrownBy(() -> Location.ofFresh(-1)).hasMessage("Offset -1 is negative");
    assertThatThrownBy(() -> Location.ofLake(Location.MAX_FILE_NUMBER + 1, 0))
        .hasMessage("File number 1073741823 is not from 0 to 1073741822");
    assertThatThrownBy(() -> Location.ofLake(-1, 0)).hasMessageContaining("File number -1 is not");
    assertThatThrownBy(() -> Location.ofLake(0, Location.MAX_POSITION + 1))
        .hasMessage("Position 8589934592 is not from 0 to 8589934591");
    assertThatThrownBy(() -> Location.ofLake(0, -1)).hasMessageContaining("Position -1 is not");
  }

  @Test
  void describesItself() {
    assertThat(Location.describe(5)).isEqualTo("fresh offset 5");
    assertThat(Location.describe(Location.ofLake(3, 7))).isEqualTo("lake file 3 position 7");
    assertThat(Location.describe(Location.ABSENT)).isEqualTo("absent");
  }
}
