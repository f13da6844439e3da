/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark;

import static io.freshet.error.FreshetErrorCode.SNAPSHOT_EXPIRED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.client.FreshetClient;
import io.freshet.error.FreshetException;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.spark.connection.SnapshotLease;
import io.freshet.table.TableName;
import io.freshet.testing.ServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.arrow.memory.RootAllocator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Queries over servers that go away, leases that end, and tables that are dropped. */
@ExtendWith(SparkExtension.class)
final class FailuresIT {
  private static final Duration LEASE = Duration.ofSeconds(1);

  private final SparkSession spark;
  private final RootAllocator allocator = new RootAllocator();
  private ServerProcess server;
  private FreshetClient client;
  private TestTables tables;
  private String catalog;

  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init")
  FailuresIT(SparkSession spark) {
    this.spark = spark;
  }

  @BeforeEach
  void start() {
    server = new ServerProcess(folder, "--lease", "1s");
    client = FreshetClient.connect(server.uri(), allocator);
    tables = new TestTables(client, allocator);
    catalog = "other" + server.uri().replaceAll("\\D", "");
    spark.conf().set("spark.sql.catalog." + catalog, "io.freshet.spark.FreshetCatalog");
    spark.conf().set("spark.sql.catalog." + catalog + ".uri", server.uri());
    spark.conf().set("spark.sql.catalog." + catalog + ".lease", "1s");
  }

  @AfterEach
  void stop() {
    client.close();
    allocator.close();
    server.close();
  }

  @Test
  void dataFrameGivesTheSameRowsForLongerThanALease() {
    TableName table = filled();
    Dataset<Row> rows = spark.sql("SELECT id FROM " + catalog + "." + table + " ORDER BY id");
    List<Row> first = rows.collectAsList();
    append(table);
    client.tier(table);
    long end = System.nanoTime() + LEASE.multipliedBy(4).toNanos();

    while (System.nanoTime() < end) {
      assertThat(rows.collectAsList()).hasSize(2).isEqualTo(first);
    }
  }

  @Test
  void snapshotIsReleasedWhenNoQueryHasItAnyMore() {
    SnapshotLease lease = SnapshotLease.plan(client, filled(), Duration.ofMinutes(10));
    UnionSnapshot snapshot = lease.snapshot();
    assertThat(client.renew(snapshot)).isGreaterThan(0);
    lease = null;

    assertThatThrownBy(
            () -> {
              while (true) {
                System.gc();
                client.renew(snapshot);
              }
            })
        .isInstanceOf(FreshetException.class)
        .extracting(e -> ((FreshetException) e).code())
        .isEqualTo(SNAPSHOT_EXPIRED);
  }

  @Test
  void serverThatIsAwayIsNamed() {
    TableName table = filled();
    server.kill();

    assertThatThrownBy(() -> spark.sql("SELECT * FROM " + catalog + "." + table))
        .hasMessageContaining("No Freshet server answers at " + server.uri())
        .hasMessageContaining("Start one with 'freshet server'");
    server.restart();
    assertThat(spark.sql("SELECT * FROM " + catalog + "." + table).collectAsList()).hasSize(2);
  }

  @Test
  void snapshotOfBeforeARestartHasExpired() {
    TableName table = filled();
    Dataset<Row> rows = spark.sql("SELECT * FROM " + catalog + "." + table);
    assertThat(rows.collectAsList()).hasSize(2);
    server.kill();
    server.restart();

    assertThatThrownBy(rows::collect)
        .hasMessageContaining("has expired")
        .hasMessageContaining("Run the query again.");
    assertThat(spark.sql("SELECT * FROM " + catalog + "." + table).collectAsList()).hasSize(2);
  }

  @Test
  void tableDroppedUnderAQueryIsSaidToBe() {
    TableName table = filled();
    Dataset<Row> rows = spark.sql("SELECT * FROM " + catalog + "." + table);
    assertThat(rows.queryExecution().executedPlan().toString()).contains("FreshetUnionScan");
    client.purgeTable(table);

    assertThatThrownBy(rows::collect)
        .hasMessageContaining("Cannot read fresh rows of table " + table)
        .hasMessageContaining("it was dropped");
  }

  @Test
  void catalogWithoutAddressSaysWhatToSet() {
    spark.conf().set("spark.sql.catalog.nowhere", "io.freshet.spark.FreshetCatalog");

    assertThatThrownBy(() -> spark.sql("SELECT * FROM nowhere.a.b"))
        .hasMessageContaining(
            "Catalog nowhere does not know its server: set spark.sql.catalog.nowhere.uri");
  }

  private TableName filled() {
    TableName table = tables.create("id long");
    append(table);
    append(table);
    return table;
  }

  private void append(TableName table) {
    tables.append(table, new SampleRows(1).rows(client.describeTable(table).schema(), 1));
  }
}
