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

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class InterleavedTest {
  private final Progress progress = new Progress(new PrintStream(OutputStream.nullOutputStream()));

  @Test
  void casesTakeTurnsAndTheWarmUpDoesNotCount() throws Exception {
    List<String> order = new ArrayList<>();
    Measured measured =
        new Interleaved(progress)
            .add("a", Result.Unit.MILLISECONDS, () -> note(order, "a"))
            .add("b", Result.Unit.MILLISECONDS, () -> note(order, "b"))
            .run(1, 2);
    assertThat(order).containsExactly("a", "b", "a", "b", "a", "b");
    assertThat(measured.of("a").min()).isEqualTo(3);
    assertThat(measured.of("a").max()).isEqualTo(5);
    assertThat(measured.of("b").median()).isEqualTo(5);
    assertThat(measured.ratio("x", "b ÷ a", "b", "a").value()).isEqualTo(5.0 / 4);
  }

  @Test
  void aCaseThatIsNotThereIsNamed() throws Exception {
    Measured measured =
        new Interleaved(progress).add("a", Result.Unit.MILLISECONDS, () -> 1).run(0, 1);
    assertThatThrownBy(() -> measured.of("c")).hasMessage("There is no case c in [a]");
  }

  @Test
  void aimsAreMetAtTheirBound() {
    assertThat(Aim.atLeast(3).isMetBy(3)).isTrue();
    assertThat(Aim.atLeast(3).isMetBy(2.9)).isFalse();
    assertThat(Aim.atMost(3).isMetBy(3)).isTrue();
    assertThat(Aim.atMost(3).isMetBy(3.1)).isFalse();
  }

  private static double note(List<String> order, String name) {
    order.add(name);
    return order.size();
  }
}
