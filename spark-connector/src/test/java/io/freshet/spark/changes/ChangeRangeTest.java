/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.changes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.protocol.BucketOffsets;
import io.freshet.protocol.TableOffsets;
import io.freshet.table.TableName;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ChangeRangeTest {
  @Test
  void withoutOptionsAllThatTheLogHasIsRead() {
    assertThat(ranges(Map.of()))
        .containsExactly(new ChangeRange(0, 10, 50), new ChangeRange(1, 0, 7));
  }

  @Test
  void offsetsSayWhereEachBucketStartsAndEnds() {
    assertThat(ranges(Map.of("start", "offsets:0=12, 1=3", "end", "offsets:0=20,1=3")))
        .containsExactly(new ChangeRange(0, 12, 20));
    assertThat(ranges(Map.of("start", "latest"))).isEmpty();
    assertThat(ranges(Map.of("start", "offsets:0=49,1=7", "end", "offsets:0=999,1=9")))
        .containsExactly(new ChangeRange(0, 49, 50));
  }

  @Test
  void timestampsAreFoundInEachBucket() {
    assertThat(ranges(Map.of("end", "timestamp:2026-01-31T12:00:00Z")))
        .containsExactly(new ChangeRange(0, 10, 30), new ChangeRange(1, 0, 7));
  }

  @Test
  void changesThatWereTrimmedAreNotLeftOutSilently() {
    assertThatThrownBy(() -> ranges(Map.of("start", "offsets:0=9,1=0")))
        .hasMessage(
            "Changes of table a.b from offsets:0=9,1=0 on are not all in the log any more: that of"
                + " bucket 0 starts at offset 10. Leave the option start out to read what there is; to"
                + " keep more, raise freshet.log.retention.time and freshet.log.retention.size.");
  }

  @Test
  void wrongPointsSayHowToWriteThem() {
    assertThatThrownBy(() -> ranges(Map.of("start", "yesterday")))
        .hasMessageContaining(
            "with start = 'yesterday': use earliest, latest, timestamp:2026-01-31");
    assertThatThrownBy(() -> ranges(Map.of("end", "timestamp:noon")))
        .hasMessageContaining("with end = 'timestamp:noon'");
    assertThatThrownBy(() -> ranges(Map.of("end", "offsets:0=1")))
        .hasMessage(
            "Option end has offsets of buckets [0], and table a.b has the buckets [0, 1]: give one of"
                + " each");
  }

  private static List<ChangeRange> ranges(Map<String, String> options) {
    return ChangeRange.of(
        offsets(null, null), from -> offsets(30L, 7L), new CaseInsensitiveStringMap(options));
  }

  private static TableOffsets offsets(@Nullable Long first, @Nullable Long second) {
    return new TableOffsets(
        TableName.parse("a.b"),
        UUID.randomUUID(),
        List.of(new BucketOffsets(0, 10, 50, first), new BucketOffsets(1, 0, 7, second)));
  }
}
