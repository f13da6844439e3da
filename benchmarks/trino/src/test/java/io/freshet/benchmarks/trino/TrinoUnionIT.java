/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks.trino;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.benchmarks.UnionCommand;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark still works. How fast anything is, is not looked at. */
final class TrinoUnionIT {
  @TempDir private Path folder;

  @Test
  void measuresAndLeavesNothingBehind() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();

    int exitCode =
        UnionCommand.run(
            TrinoUnionCommand.NAME,
            TrinoEngine::start,
            new PrintStream(out, true, UTF_8),
            new PrintStream(err, true, UTF_8),
            "--rows",
            "3000",
            "--rounds",
            "1",
            "--json",
            "--folder",
            folder.toString());

    assertThat(exitCode).as(() -> err.toString(UTF_8)).isZero();
    JsonNode results = new ObjectMapper().readTree(out.toByteArray()).get("results");
    assertThat(results).hasSize(4 * (4 * 7 + 6));
    for (JsonNode result : results) {
      assertThat(result.get("value").asDouble()).isPositive();
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }
}
