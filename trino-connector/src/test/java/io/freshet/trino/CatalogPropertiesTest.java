/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class CatalogPropertiesTest {
  @Test
  void theAddressOfTheServerIsTheWholeSetupForLocalStorage() {
    CatalogProperties properties =
        CatalogProperties.parse("lake", Map.of("freshet.uri", "grpc://a:1"));
    assertThat(properties.uri()).isEqualTo("grpc://a:1");
    assertThat(properties.icebergAt("http://a:2/iceberg"))
        .containsEntry("iceberg.catalog.type", "rest")
        .containsEntry("iceberg.rest-catalog.uri", "http://a:2/iceberg")
        .containsEntry("iceberg.rest-catalog.warehouse", "lake")
        .containsEntry("fs.local.enabled", "true")
        .containsEntry("local.location", "/");
  }

  @Test
  void aFileSystemThatIsChosenTakesThePlaceOfLocalStorage() {
    CatalogProperties properties =
        CatalogProperties.parse(
            "lake",
            Map.of(
                "freshet.uri", "grpc://a:1",
                "freshet.max-arrow-memory", "64MB",
                "fs.s3.enabled", "true",
                "s3.region", "eu-west-1"));
    assertThat(properties.memory().toBytes()).isEqualTo(64L << 20);
    assertThat(properties.queryMemory().toBytes()).isEqualTo(32L << 20);
    assertThat(properties.icebergAt("http://a:2/iceberg"))
        .containsEntry("fs.s3.enabled", "true")
        .containsEntry("s3.region", "eu-west-1")
        .doesNotContainKey("fs.local.enabled");
  }

  @Test
  void mistakesAreNamed() {
    assertThatThrownBy(() -> CatalogProperties.parse("lake", Map.of()))
        .hasMessage("Catalog lake has no property freshet.uri: write freshet.uri=grpc://host:port");
    assertThatThrownBy(() ->
            CatalogProperties.parse(
                "lake", Map.of("freshet.uri", "grpc://a:1", "freshet.url", "x")))
        .hasMessage(
            "Catalog lake has an unknown property freshet.url: those of Freshet are freshet.uri,"
                + " freshet.max-arrow-memory and freshet.max-arrow-memory-per-query");
    assertThatThrownBy(() ->
            CatalogProperties.parse(
                "lake", Map.of("freshet.uri", "grpc://a:1", "iceberg.catalog.type", "glue")))
        .hasMessage(
            "Catalog lake sets iceberg.catalog.type, which the server at grpc://a:1 tells: leave it"
                + " out");
    assertThatThrownBy(() ->
            CatalogProperties.parse(
                "lake", Map.of("freshet.uri", "grpc://a:1", "freshet.max-arrow-memory", "much")))
        .hasMessage(
            "Catalog lake has freshet.max-arrow-memory=much, which is no size: write 512MB or 1GB");
    assertThatThrownBy(() ->
            CatalogProperties.parse(
                "lake",
                Map.of("freshet.uri", "grpc://a:1", "freshet.max-arrow-memory-per-query", "all")))
        .hasMessage(
            "Catalog lake has freshet.max-arrow-memory-per-query=all, which is no size: write 512MB"
                + " or 1GB");
  }
}
