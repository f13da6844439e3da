/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.freshet.lake.LakeFileIO;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class LakePropertiesTest {
  private static final Path DATA = Path.of("/data");

  @Test
  void withoutATypeTheCatalogIsEmbedded() {
    LakeProperties properties = LakeProperties.complete(DATA, Map.of());
    assertThat(properties.isEmbedded()).isTrue();
    assertThat(properties.all())
        .containsEntry("type", "jdbc")
        .containsEntry("uri", "jdbc:sqlite:/data/lake/catalog.db")
        .containsEntry("warehouse", "file:///data/lake/warehouse")
        .containsEntry("io-impl", LakeFileIO.class.getName())
        .containsEntry("jdbc.synchronous", "FULL");
    assertThat(properties.tableDefaults()).containsExactly(Map.entry("format-version", "3"));
  }

  @Test
  void theEmbeddedCatalogTakesAWarehouseElsewhere() {
    LakeProperties properties =
        LakeProperties.complete(DATA, Map.of("warehouse", "s3://bucket/lake"));
    assertThat(properties.isEmbedded()).isTrue();
    assertThat(properties.all()).containsEntry("warehouse", "s3://bucket/lake");
  }

  @Test
  void whatIsGivenWins() {
    Map<String, String> given =
        Map.of(
            "type", "rest",
            "uri", "http://host/iceberg",
            "io-impl", "some.FileIO",
            "table-default.format-version", "2");
    LakeProperties properties = LakeProperties.complete(DATA, given);
    assertThat(properties.isEmbedded()).isFalse();
    assertThat(properties.all()).containsAllEntriesOf(given).doesNotContainKey("warehouse");
    assertThat(properties.tableDefaults()).containsEntry("format-version", "2");
  }

  @Test
  void aUriWithoutATypeIsRefused() {
    assertThatThrownBy(() -> LakeProperties.complete(DATA, Map.of("uri", "http://host")))
        .isInstanceOfSatisfying(
            FreshetException.class,
            e -> assertThat(e.code()).isEqualTo(FreshetErrorCode.INVALID_CONFIGURATION))
        .hasMessageContaining("a uri but no type: set type to rest, jdbc");
  }

  @Test
  void descriptionsAndClientDefaultsHoldNoSecrets() {
    LakeProperties properties =
        LakeProperties.complete(
            DATA,
            Map.of(
                "type", "jdbc",
                "uri", "jdbc:postgresql://user:secret@host/lake?password=secret",
                "warehouse", "s3://bucket/lake",
                "s3.endpoint", "http://minio:9000",
                "s3.secret-access-key", "secret",
                "jdbc.password", "secret"));
    assertThat(properties.description()).isEqualTo("jdbc catalog at jdbc:postgresql://host/lake");
    assertThat(properties.clientDefaults())
        .containsExactly(Map.entry("s3.endpoint", "http://minio:9000"));
  }
}
