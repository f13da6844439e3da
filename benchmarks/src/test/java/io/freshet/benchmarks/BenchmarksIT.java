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

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Every benchmark still works. How fast anything is, is not looked at. */
final class BenchmarksIT {
  @TempDir Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "append",
        "fresh-scan",
        "visibility",
        "tiering",
        "union-scan",
        "upsert",
        "look-up",
        "plan",
        "fresh-view"
      })
  void measuresAndLeavesNothingBehind(String benchmark) throws Exception {
    assertThat(run("--quick", "--rows", "3000", "--steady", "1", "--json", benchmark))
        .as(() -> err.toString(StandardCharsets.UTF_8))
        .isZero();
    JsonNode report = new ObjectMapper().readTree(out.toByteArray());
    assertThat(report.get("results")).isNotEmpty();
    for (JsonNode result : report.get("results")) {
      assertThat(result.get("benchmark").asText()).isEqualTo(benchmark);
      assertThat(result.get("value").asDouble()).isPositive();
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void aBenchmarkThatDoesNotExistIsNamed() {
    assertThat(run("uspert")).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("There is no benchmark 'uspert': choose among [append, fresh-scan,");
  }

  private int run(String... arguments) {
    CommandLine command =
        new CommandLine(
            new BenchmarkCommand(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8)));
    command.setErr(new java.io.PrintWriter(err, true, StandardCharsets.UTF_8));
    String[] all =
        Stream.concat(Stream.of("--folder", folder.toString()), Stream.of(arguments))
            .toArray(String[]::new);
    return command.execute(all);
  }
}
