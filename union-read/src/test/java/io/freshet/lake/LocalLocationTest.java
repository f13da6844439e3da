/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LocalLocationTest {
  @ParameterizedTest
  @ValueSource(strings = {"/lake/t/f", "file:/lake/t/f", "file:///lake/t/f", "FILE:/lake/t/f"})
  void theThreeFormsAreOnePath(String location) {
    assertThat(LocalLocation.isLocal(location)).isTrue();
    assertThat(LocalLocation.path(location)).isEqualTo(Path.of("/lake/t/f"));
  }

  @Test
  void nothingIsDecoded() {
    assertThat(LocalLocation.path("file:///lake/day=2026%2F01/a+b c"))
        .isEqualTo(Path.of("/lake/day=2026%2F01/a+b c"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"file://host/x", "file:x", "file:", "s3://bucket/x", "x", ""})
  void whatIsNotLocalIsRefusedByName(String location) {
    assertThatThrownBy(() -> LocalLocation.path(location))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Not a local file: " + location);
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3://bucket/x", "gs://b/x", "hdfs://h/x", "files:/x", "x"})
  void otherSchemesAreNotLocal(String location) {
    assertThat(LocalLocation.isLocal(location)).isFalse();
  }
}
