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

import io.freshet.overlay.PositionBitmap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class OverlayBitmapsTest {
  private record Expected(
      Map<Integer, PositionBitmap> frozen, Map<Integer, TreeSet<Long>> positions) {}

  @Test
  void frozenCopiesNeverChange() {
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      OverlayBitmaps overlay = new OverlayBitmaps();
      Map<Integer, TreeSet<Long>> model = new HashMap<>();
      List<Expected> all = new ArrayList<>();
      for (int step = 0; step < 200; step++) {
        if (random.nextInt(10) == 0) {
          Map<Integer, TreeSet<Long>> copy = new HashMap<>();
          model.forEach((file, positions) -> copy.put(file, new TreeSet<>(positions)));
          all.add(new Expected(overlay.freeze(), copy));
        } else {
          int file = random.nextInt(4);
          long position = random.nextInt(300) * (random.nextInt(5) == 0 ? 1L << 24 : 1);
          overlay.add(file, position);
          model.computeIfAbsent(file, unused -> new TreeSet<>()).add(position);
        }
      }
      for (Expected expected : all) {
        Map<Integer, TreeSet<Long>> found = new HashMap<>();
        expected
            .frozen()
            .forEach((file, positions) -> {
              TreeSet<Long> sorted = new TreeSet<>();
              positions.forEach(sorted::add);
              found.put(file, sorted);
            });
        assertThat(found).as("seed %d", seed).isEqualTo(expected.positions());
      }
    }
  }

  @Test
  void whatHasNotChangedIsTheSameObject() {
    OverlayBitmaps overlay = new OverlayBitmaps();
    overlay.add(1, 5);
    overlay.add(2, 6);
    Map<Integer, PositionBitmap> first = overlay.freeze();
    assertThat(overlay.freeze()).isSameAs(first);
    overlay.add(2, 7);
    Map<Integer, PositionBitmap> second = overlay.freeze();
    assertThat(second).isNotSameAs(first);
    assertThat(second.get(1)).isSameAs(first.get(1));
    assertThat(second.get(2)).isEqualTo(PositionBitmap.of(6, 7));
    assertThat(first.get(2)).isEqualTo(PositionBitmap.of(6));
  }
}
