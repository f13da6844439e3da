/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class PositionCursorTest {
  @Property(tries = 300)
  void findsWhatASortedSetFinds(
      @ForAll Set<@LongRange(min = 0, max = 100_000) Long> near,
      @ForAll Set<@LongRange(min = 0, max = 1L << 34) Long> far,
      @ForAll Set<@LongRange(min = 0, max = 100_000) Long> nearSteps,
      @ForAll Set<@LongRange(min = 0, max = 1L << 34) Long> farSteps) {
    TreeSet<Long> positions = new TreeSet<>(near);
    positions.addAll(far);
    TreeSet<Long> steps = new TreeSet<>(nearSteps);
    steps.addAll(farSteps);
    PositionCursor cursor =
        PositionBitmap.of(positions.stream().mapToLong(Long::longValue).toArray()).cursor();
    for (long step : steps) {
      Long expected = positions.ceiling(step);
      assertThat(cursor.advanceTo(step)).isEqualTo(expected != null);
      if (expected != null) {
        assertThat(cursor.position()).isEqualTo(expected);
        Long next = positions.higher(expected);
        if (next != null && steps.ceiling(next) != null) {
          assertThat(cursor.advance()).isTrue();
          assertThat(cursor.position()).isEqualTo(next);
          positions.remove(expected); // The cursor has left it behind.
        }
      }
    }
  }

  @Test
  void visitsAllInOrder() {
    long[] positions = {0, 5, 1L << 31, (1L << 32) - 1, 1L << 32, 7L << 32};
    PositionCursor cursor = PositionBitmap.of(positions).cursor();
    List<Long> seen = new ArrayList<>();
    for (boolean isThere = cursor.advanceTo(0); isThere; isThere = cursor.advance()) {
      seen.add(cursor.position());
    }
    assertThat(seen).containsExactly(0L, 5L, 1L << 31, (1L << 32) - 1, 1L << 32, 7L << 32);
  }

  @Test
  void anEmptyBitmapHasNone() {
    assertThat(new PositionBitmap().cursor().advanceTo(0)).isFalse();
    assertThat(new PositionBitmap().cursor().advanceTo(1L << 40)).isFalse();
  }
}
