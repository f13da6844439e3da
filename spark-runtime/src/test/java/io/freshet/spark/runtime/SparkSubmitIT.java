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

/**
 * The deployable jar in a Spark that was started by spark-submit, whose class loaders keep Spark's
 * own classes apart from those of {@code --jars}.
 */
final class SparkSubmitIT {
  @TempDir private Path folder;

  @Test
  void runsWithIcebergAmongTheAddedJars() throws Exception {
    assertThat(submit(List.of(runtime(), jar(ICEBERG)), spark(ICEBERG.negate())))
        .contains("ANSWER [3,6,a,c]", "ANSWER [1,5]", "ANSWER [copied,2,b]");
  }

  @Test
  void runsWithIcebergAmongTheJarsOfSpark() throws Exception {
    assertThat(submit(List.of(runtime()), spark(jar -> true)))
        .contains("ANSWER [3,6,a,c]", "ANSWER [1,5]", "ANSWER [copied,2,b]");
  }

  private String submit(List<Path> added, List<Path> spark) throws Exception {
    return new SubmittedApplication(folder, SubmittedQueries.class, "local[1]")
        .run(added, spark, folder.resolve("checkpoint").toUri().toString());
  }
}
