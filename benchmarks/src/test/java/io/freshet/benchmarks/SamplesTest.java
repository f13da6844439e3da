/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class SamplesTest {
  @Test
  void medianOfAnOddNumberIsTheMiddleOne() {
    assertThat(Samples.of(9, 1, 5).median()).isEqualTo(5);
  }

  @Test
  void medianOfAnEvenNumberIsBetweenTheMiddleOnes() {
    assertThat(Samples.of(4, 1, 10, 2).median()).isEqualTo(3);
  }

  @Test
  void percentileIsTheNearestRank() {
    double[] hundred = new double[100];
    Arrays.setAll(hundred, i -> 100 - i);
    Samples samples = Samples.of(hundred);
    assertThat(samples.percentile(50)).isEqualTo(50);
    assertThat(samples.percentile(99)).isEqualTo(99);
    assertThat(samples.percentile(99.5)).isEqualTo(100);
    assertThat(samples.percentile(100)).isEqualTo(100);
    assertThat(Samples.of(3, 7).percentile(99)).isEqualTo(7);
    assertThat(Samples.of(3, 7).percentile(1)).isEqualTo(3);
  }

  @Test
  void percentilesThatDoNotExistAreRefused() {
    Samples samples = Samples.of(1);
    assertThatThrownBy(() -> samples.percentile(0)).hasMessage("There is no percentile 0.0");
    assertThatThrownBy(() -> samples.percentile(101)).hasMessage("There is no percentile 101.0");
  }

  @Test
  void nothingMeasuredIsRefused() {
    assertThatThrownBy(() -> Samples.of(new double[0])).hasMessage("Nothing was measured");
  }

  @Test
  void givenValuesStayAsTheyAre() {
    double[] values = {3, 1, 2};
    Samples.of(values);
    assertThat(values).containsExactly(3, 1, 2);
  }

  @Property
  void halfOfTheValuesAreOnEachSideOfTheMedian(@ForAll @Size(min = 1, max = 60) double[] values) {
    double median = Samples.of(values).median();
    assertThat(Arrays.stream(values).filter(value -> value < median).count())
        .isLessThanOrEqualTo(values.length / 2);
    assertThat(Arrays.stream(values).filter(value -> value > median).count())
        .isLessThanOrEqualTo(values.length / 2);
  }

  @Property
  void percentileIsTheFirstValueThatEnoughValuesDoNotExceed(
      @ForAll @Size(min = 1, max = 60) double[] values,
      @ForAll @DoubleRange(min = 0.1, max = 100) double percent) {
    double percentile = Samples.of(values).percentile(percent);
    assertThat(values).contains(percentile);
    long upTo = Arrays.stream(values).filter(value -> value <= percentile).count();
    long below = Arrays.stream(values).filter(value -> value < percentile).count();
    assertThat(upTo * 100.0 / values.length).isGreaterThanOrEqualTo(percent - 1e-9);
    assertThat(below * 100.0 / values.length).isLessThan(percent + 1e-9);
  }
}
