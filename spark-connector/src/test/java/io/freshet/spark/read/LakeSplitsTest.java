/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.junit.jupiter.api.Test;

final class LakeSplitsTest {
  private static final CaseInsensitiveStringMap NONE = CaseInsensitiveStringMap.empty();
  private static final long MEGABYTE = 1 << 20;

  @Test
  void aFewFilesMakeSeveralSplitsForEachCore() {
    assertThat(new LakeSplits(400 * MEGABYTE, 2).addTo(NONE, Map.of()))
        .containsExactlyInAnyOrderEntriesOf(Map.of("split-size", Long.toString(50 * MEGABYTE)));
  }

  @Test
  void splitsAreNeverTiny() {
    assertThat(new LakeSplits(20 * MEGABYTE, 64).addTo(NONE, Map.of()))
        .containsExactlyInAnyOrderEntriesOf(Map.of("split-size", Long.toString(16 * MEGABYTE)));
  }

  @Test
  void icebergsSizeIsGoodForManyFiles() {
    assertThat(new LakeSplits(1024 * MEGABYTE, 2).addTo(NONE, Map.of())).isEmpty();
  }

  @Test
  void whatTheQueryOrTheTableSaysIsLeftAlone() {
    CaseInsensitiveStringMap options = new CaseInsensitiveStringMap(Map.of("Split-Size", "7"));

    assertThat(new LakeSplits(400 * MEGABYTE, 2).addTo(options, Map.of())).isEqualTo(options);
    assertThat(new LakeSplits(400 * MEGABYTE, 2).addTo(NONE, Map.of("read.split.target-size", "7")))
        .isEmpty();
  }

  @Test
  void otherOptionsOfTheQueryAreKept() {
    CaseInsensitiveStringMap options = new CaseInsensitiveStringMap(Map.of("Branch", "b"));

    assertThat(new LakeSplits(400 * MEGABYTE, 2).addTo(options, Map.of()).asCaseSensitiveMap())
        .containsEntry("Branch", "b")
        .containsEntry("split-size", Long.toString(50 * MEGABYTE));
  }
}
