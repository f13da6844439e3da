/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.shell;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The quickstart of this checkout, with the query in Trino. */
final class QuickstartIT {
  @TempDir private Path folder;

  @Test
  @Timeout(300)
  void trinoCountsWhatTheQuickstartCounts() throws IOException, InterruptedException {
    Path output = folder.resolve("output.txt");
    Process process =
        new ProcessBuilder("../freshet", "quickstart", "--seconds", "2", "--engine", "trino")
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean hasEnded = process.waitFor(280, TimeUnit.SECONDS);
    process.destroy();

    String text = Files.readString(output, UTF_8);
    assertThat(hasEnded).as(text).isTrue();
    assertThat(process.exitValue()).as(text).isZero();
    assertThat(text)
        .containsSubsequence(
            "560,000 rows were written and 560,000 are read",
            "The same query in Trino",
            "lake.demo.flights | avg delay | freshet.demo.flights | avg delay",
            "Chicago O'Hare International");
  }
}
