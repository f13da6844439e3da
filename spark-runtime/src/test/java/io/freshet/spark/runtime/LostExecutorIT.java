/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.runtime;

import static io.freshet.spark.runtime.SubmittedApplication.ICEBERG;
import static io.freshet.spark.runtime.SubmittedApplication.jar;
import static io.freshet.spark.runtime.SubmittedApplication.runtime;
import static io.freshet.spark.runtime.SubmittedApplication.spark;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Executors in processes of their own, one of which dies in the middle of an epoch. */
final class LostExecutorIT {
  @TempDir private Path folder;

  @Test
  void rowsOfAnEpochComeOnceThoughAnExecutorDiesAndATaskFails() throws Exception {
    String output =
        new SubmittedApplication(folder, SubmittedLosses.class, "local-cluster[2,1,1024]")
            .run(
                List.of(runtime(), jar(ICEBERG)),
                spark(ICEBERG.negate()),
                folder.resolve("checkpoint").toUri().toString(),
                folder.toString());

    assertThat(output).contains("ANSWER [400000,400000,79999800000]");
    assertThat(folder.resolve(SubmittedLosses.KILLED)).as("an executor died").exists();
    assertThat(folder.resolve(SubmittedLosses.FAILED)).as("a task failed").exists();
  }
}
