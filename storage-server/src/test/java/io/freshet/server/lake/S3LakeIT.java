/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import static io.freshet.lake.LakeRows.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.freshet.lake.LakeRows;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.SupportsPrefixOperations;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lake on object storage, over the real S3 protocol. */
@SuppressWarnings("NullAway.Init")
final class S3LakeIT {
  private static final TableIdentifier ORDERS = TableIdentifier.of("sales", "orders");

  @TempDir static Path bucket;
  @TempDir Path data;

  private static S3Server s3;

  @BeforeAll
  static void start() throws Exception {
    s3 = S3Server.start(bucket.resolve("s3"));
  }

  @AfterAll
  static void stop() {
    s3.close();
  }

  @Test
  void rowsAppendedToATableOnS3AreReadBackAfterARestart() throws Exception {
    try (LakeCatalog lake = LakeCatalog.open(data, s3.properties())) {
      lake.namespaces().createNamespace(Namespace.of("sales"));
      Table table = lake.catalog().createTable(ORDERS, LakeRows.SCHEMA);
      assertThat(table.location())
          .startsWith("s3://" + S3Server.BUCKET + "/warehouse/sales/orders");
      LakeRows.append(table, row(1, "one"), row(2, null));
      LakeRows.append(table, row(3, "three"));
    }
    try (LakeCatalog lake = LakeCatalog.open(data, s3.properties())) {
      Table table = lake.catalog().loadTable(ORDERS);
      assertThat(LakeRows.read(table))
          .containsExactlyInAnyOrder(row(1, "one"), row(2, null), row(3, "three"));

      SupportsPrefixOperations files = (SupportsPrefixOperations) table.io();
      assertThat(files.listPrefix(table.location()))
          .extracting(FileInfo::location)
          .anyMatch(location -> location.endsWith(".parquet"));
      lake.catalog().dropTable(ORDERS, true);
      assertThat(files.listPrefix(table.location()))
          .extracting(FileInfo::location)
          .noneMatch(location -> location.endsWith(".parquet"));
    }
  }

  @Test
  void storageThatDoesNotAnswerMakesTheLakeUnavailable() {
    Map<String, String> properties = new HashMap<>(s3.properties());
    properties.put("s3.endpoint", "http://127.0.0.1:1");
    properties.put("s3.retry.num-retries", "1");
    properties.put("s3.retry.min-wait-ms", "1");
    properties.put("s3.retry.max-wait-ms", "2");
    try (LakeCatalog lake = LakeCatalog.open(data, properties)) {
      lake.namespaces().createNamespace(Namespace.of("sales"));
      assertThatThrownBy(() ->
              lake.call(
                  "Cannot make table sales.orders",
                  () -> lake.catalog().createTable(ORDERS, LakeRows.SCHEMA)))
          .isInstanceOfSatisfying(
              FreshetException.class,
              e -> assertThat(e.code()).isEqualTo(FreshetErrorCode.LAKE_UNAVAILABLE))
          .hasMessageStartingWith(
              "Cannot make table sales.orders: no answer from the jdbc catalog");
    }
  }
}
