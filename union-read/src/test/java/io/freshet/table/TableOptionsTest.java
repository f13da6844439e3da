/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.error.FreshetException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TableOptionsTest {
  @Test
  void nothingNeedsToBeSet() {
    assertThat(TableOptions.of(Map.of()))
        .isEqualTo(
            new TableOptions(
                Duration.ofSeconds(60), 128L << 20, Duration.ofHours(1), 1L << 30, 5, 0.3, null));
  }

  @Test
  void everyOptionIsRead() {
    assertThat(
            TableOptions.of(
                Map.of(
                    "freshet.freshness", "500ms",
                    "freshet.tiering.size", "64 MB",
                    "freshet.log.retention.time", "7d",
                    "freshet.log.retention.size", "2GiB",
                    "freshet.compaction.min-files", "10",
                    "freshet.compaction.delete-ratio", " 0.25",
                    "freshet.view.max-staleness", "2s")))
        .isEqualTo(
            new TableOptions(
                Duration.ofMillis(500),
                64L << 20,
                Duration.ofDays(7),
                2L << 30,
                10,
                0.25,
                Duration.ofSeconds(2)));
  }

  @Test
  void badValuesSayWhatIsExpected() {
    assertThatThrownBy(() -> TableOptions.check(Map.of("freshet.freshness", "soon")))
        .isInstanceOf(FreshetException.class)
        .hasMessage(
            "freshet.freshness = 'soon' is not a duration: write 500ms, 60s, 5min, 1h or 7d");
    assertThatThrownBy(() -> TableOptions.check(Map.of("freshet.tiering.size", "12 parsecs")))
        .hasMessage(
            "freshet.tiering.size = '12 parsecs' is not a size: write bytes, 64KB, 64MB or 1GB");
    assertThatThrownBy(() -> TableOptions.check(Map.of("freshet.tiering.size", "999999999999TB")))
        .hasMessageContaining("is not a size");
    for (String few : List.of("1", "0", "2.5", "-3", "5GB", "many", "9999999999")) {
      assertThatThrownBy(() -> TableOptions.check(Map.of("freshet.compaction.min-files", few)))
          .hasMessage(
              "freshet.compaction.min-files = '%s' is not a number of files: write 2 or more", few);
    }
    for (String bad : List.of("0", "0.0", "1.1", "-0.3", "30%", "NaN", "", "1e-3")) {
      assertThatThrownBy(() -> TableOptions.check(Map.of("freshet.compaction.delete-ratio", bad)))
          .hasMessage(
              "freshet.compaction.delete-ratio = '%s' is not a ratio: write a number above 0, and at"
                  + " most 1, such as 0.3",
              bad);
    }
  }

  @Test
  void unknownAndReservedNamesAreRefused() {
    assertThatThrownBy(() -> TableOptions.check(Map.of("freshet.freshnes", "60s")))
        .hasMessage(
            "There is no table property freshet.freshnes; those of Freshet are"
                + " [freshet.compaction.delete-ratio, freshet.compaction.min-files,"
                + " freshet.freshness, freshet.log.retention.size, freshet.log.retention.time, freshet.tiering.size,"
                + " freshet.view.max-staleness]");
    assertThatThrownBy(() -> TableOptions.check(Map.of("freshet.table-id", "x")))
        .hasMessage("Property freshet.table-id is set by Freshet itself and can't be changed");
    TableOptions.check(Map.of("write.parquet.compression-codec", "zstd"));
  }
}
