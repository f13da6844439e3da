/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
final class QuickstartCommandIT {
  @Test
  void everyFlightIsReadOnceAndTheFolderIsRemoved() {
    CommandRun run = CommandRun.of("quickstart", "--seconds", "2");

    assertThat(run.err()).doesNotContain("error");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains("A Freshet server runs at grpc://127.0.0.1:")
        .contains("Wrote 500,000 flights of January 2001 to demo.flights in ")
        .contains("Moved them into the lake")
        .contains("|  in the lake | fresh rows | union read |")
        .contains("Chicago O'Hare International")
        .contains("560,000 rows were written and 560,000 are read, each exactly once")
        .contains("./freshet server", "./freshet write demo.airports", "./freshet read");
    Path data = Path.of(run.out().lines().findFirst().orElse("").replaceFirst(".* is in ", ""));
    assertThat(data.isAbsolute()).isTrue();
    assertThat(data.getParent()).doesNotExist();
  }

  @Test
  void jsonIsOneSummary() {
    CommandRun run = CommandRun.of("quickstart", "--seconds", "2", "--json");

    assertThat(run.exitCode()).isZero();
    JsonNode json = run.json();
    assertThat(json.get("written-rows").asLong()).isEqualTo(560_000);
    assertThat(json.get("union-rows").asLong()).isEqualTo(560_000);
    assertThat(json.get("lake-rows").asLong() + json.get("fresh-rows").asLong()).isEqualTo(560_000);
    assertThat(json.get("union-reads").asLong()).isPositive();
    assertThat(json.get("readable-millis").asDouble()).isPositive();
    assertThat(json.get("first-answer-millis").asLong()).isPositive();
  }

  @Test
  void wrongSecondsAreRefused() {
    CommandRun run = CommandRun.of("quickstart", "--seconds", "1");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).startsWith("error: --seconds takes 2 to 600, not 1.");
  }

  @Test
  void enginesNeedACheckout() {
    CommandRun run = CommandRun.of("quickstart", "--engine", "spark");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .startsWith("error: --engine works in a checkout only: start this as ./freshet quickstart");
  }
}
