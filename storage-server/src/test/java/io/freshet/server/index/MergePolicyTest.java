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

import io.freshet.server.index.MergePolicy.Range;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MergePolicyTest {
  @Test
  void entriesAreRewrittenFewTimesAndRunsStayFew() {
    MergePolicy policy = new MergePolicy(8);
    List<Long> sizes = new ArrayList<>();
    long written = 0;
    for (int i = 0; i < 10_000; i++) {
      sizes.add(0, 1L);
      written++;
      for (Optional<Range> range = policy.choose(sizes, 0);
          range.isPresent();
          range = policy.choose(sizes, 0)) {
        List<Long> chosen = sizes.subList(range.get().from(), range.get().to());
        long sum = chosen.stream().mapToLong(Long::longValue).sum();
        written += sum;
        chosen.clear();
        sizes.add(range.get().from(), sum);
      }
      assertThat(sizes).hasSizeLessThanOrEqualTo(8);
    }
    assertThat(written).isLessThan(10_000 * 14);
  }

  @Test
  void runsOnBothSidesOfTheBoundaryAreNeverMergedTogether() {
    Random random = new Random(1);
    MergePolicy policy = new MergePolicy(2);
    for (int i = 0; i < 1000; i++) {
      List<Long> sizes = random.longs(1 + random.nextInt(8), 1, 50).boxed().toList();
      int boundary = random.nextInt(sizes.size() + 1);
      Optional<Range> range = policy.choose(sizes, boundary);
      if (range.isPresent()) {
        assertThat(range.get().to() - range.get().from()).isGreaterThanOrEqualTo(2);
        assertThat(range.get().to() <= boundary || range.get().from() >= boundary)
            .as("%s with boundary %s: %s", sizes, boundary, range)
            .isTrue();
      } else {
        assertThat(Math.max(boundary, sizes.size() - boundary)).isLessThanOrEqualTo(3);
      }
    }
  }
}
