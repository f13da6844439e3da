/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Sets of offsets against a TreeSet. */
final class OffsetSetTest {
  private static final int SEEDS = 40;

  /** A frozen set and what it must hold of [droppedBelow, …). */
  private record Expected(FrozenOffsets frozen, TreeSet<Long> offsets, long droppedBelow) {}

  @Test
  void frozenCopiesAreTheSetAtThatMoment() {
    for (long seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      long start = random.nextInt(10) == 0 ? 1L << 40 : random.nextInt(20_000);
      int span = 1 << (6 + random.nextInt(10));
      OffsetSet set = new OffsetSet(start);
      TreeSet<Long> model = new TreeSet<>();
      List<Expected> all = new ArrayList<>();
      long low = start;
      for (int step = 0; step < 300; step++) {
        switch (random.nextInt(20)) {
          case 0, 1 -> all.add(new Expected(set.freeze(), new TreeSet<>(model), low));
          case 2 -> {
            low += random.nextInt(span);
            set.dropBelow(low);
            model.headSet(low).clear();
          }
          default -> {
            long offset = low + random.nextInt(span);
            set.add(offset);
            model.add(offset);
          }
        }
      }
      all.add(new Expected(set.freeze(), model, low));
      for (Expected expected : all) {
        check(seed, random, expected, span);
      }
    }
  }

  private static void check(long seed, Random random, Expected expected, int span) {
    for (int i = 0; i < 20; i++) {
      long from = expected.droppedBelow() + random.nextInt(2 * span);
      int rows = random.nextInt(2 * span);
      long[] members =
          expected.offsets().subSet(from, from + rows).stream()
              .mapToLong(Long::longValue)
              .toArray();
      assertThat(expected.frozen().count(from, from + rows))
          .as("seed %d: count of [%d, %d)", seed, from, from + rows)
          .isEqualTo(members.length);
      int[] others = new int[rows];
      int count = expected.frozen().rowsNotIn(from, rows, others);
      assertThat(LongStream.range(from, from + rows).filter(expected.frozen()::contains).toArray())
          .as("seed %d: members of [%d, %d)", seed, from, from + rows)
          .isEqualTo(members);
      assertThat(Arrays.stream(others, 0, count).mapToLong(row -> from + row).toArray())
          .as("seed %d: rows of [%d, %d) that are no members", seed, from, from + rows)
          .isEqualTo(
              LongStream.range(from, from + rows)
                  .filter(offset -> !expected.offsets().contains(offset))
                  .toArray());
    }
  }

  @Test
  void nothingIsInNone() {
    assertThat(FrozenOffsets.NONE.contains(0)).isFalse();
    assertThat(FrozenOffsets.NONE.count(0, Long.MAX_VALUE)).isZero();
    assertThat(FrozenOffsets.NONE.rowsNotIn(5, 2, new int[2])).isEqualTo(2);
  }

  @Test
  void emptyRangeHasNoOffsets() {
    OffsetSet set = new OffsetSet(0);
    set.add(7);
    assertThat(set.freeze().count(7, 7)).isZero();
    assertThat(set.freeze().count(8, 7)).isZero();
  }

  @Test
  void offsetThatWasDroppedIsRefused() {
    OffsetSet set = new OffsetSet(10_000);
    assertThatThrownBy(() -> set.add(5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Offset 5 is below 8192");
  }
}
