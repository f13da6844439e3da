/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino;

import static io.trino.testing.QueryAssertions.assertEqualsIgnoreOrder;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.client.FreshetClient;
import io.freshet.overlay.PositionBitmap;
import io.freshet.protocol.FileOverlay;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.table.TableName;
import io.freshet.trino.handle.OverlaidSplit;
import io.freshet.trino.server.ServerConnection;
import io.trino.Session;
import io.trino.spi.TrinoException;
import io.trino.spi.connector.ConnectorSplit;
import io.trino.testing.QueryRunner;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** An overlay that is too large to travel with each split of its file. */
final class LargeOverlayIT {
  private static final QueryRunner RUNNER = FreshetQueryRunner.runner();
  private static final TableName TABLE = TableName.parse("demo.half_superseded");
  private static final ConnectorSplit LAKE = new ConnectorSplit() {};

  @BeforeAll
  static void halfOfALargeFileIsSuperseded() {
    RUNNER.execute(
        "CREATE TABLE half_superseded (id bigint, v bigint) WITH (primary_key = ARRAY['id'], buckets = 1, "
            + FreshetQueryRunner.KEEP_FRESH
            + ")");
    RUNNER.execute(
        "INSERT INTO half_superseded SELECT a * 1000 + b, 1 FROM UNNEST(sequence(0, 699)) a(a)"
            + " CROSS JOIN UNNEST(sequence(0, 999)) b(b)");
    RUNNER.execute("CALL freshet.system.tier('demo', 'half_superseded')");
    RUNNER.execute(
        "INSERT INTO half_superseded SELECT id, 2 FROM half_superseded WHERE id % 2 = 0");
  }

  @Test
  void isFetchedByTheNodesThatReadTheFile() {
    Session manySplits =
        Session.builder(RUNNER.getDefaultSession())
            .setCatalogSessionProperty("freshet", "max_split_size", "256kB")
            .build();
    assertEqualsIgnoreOrder(
        RUNNER.execute(
            manySplits,
            "SELECT v, count(*), sum(id), count(DISTINCT id) FROM half_superseded GROUP BY v"),
        RUNNER.execute(
            "VALUES (BIGINT '1', BIGINT '350000', BIGINT '122500000000', BIGINT '350000'),"
                + " (2, 350000, 122499650000, 350000)"));
  }

  @Test
  void isFetchedOnceAndKeptForOtherSplitsWhileTheLeaseLasts() {
    FreshetClient client = FreshetQueryRunner.client();
    UnionSnapshot snapshot = client.plan(TABLE);
    FileOverlay overlay = snapshot.overlays().get(0);
    OverlaidSplit split =
        OverlaidSplit.of(LAKE, snapshot.snapshot(), overlay.dataFile(), overlay.overlay());
    assertThat(split.overlay()).isNull();
    try (ServerConnection server = connect();
        ServerConnection late = connect()) {
      PositionBitmap fetched = server.overlays().of(split);
      assertThat(fetched).isEqualTo(overlay.positions());
      client.release(snapshot);
      assertThat(server.overlays().of(split)).isSameAs(fetched);
      assertThatThrownBy(() -> late.overlays().of(split))
          .hasMessage(
              "Union snapshot "
                  + snapshot.snapshot()
                  + " of table demo.half_superseded has expired: plan again and read the new one")
          .isInstanceOfSatisfying(
              TrinoException.class,
              e -> assertThat(e.getErrorCode().getName()).isEqualTo("FRESHET_SNAPSHOT_EXPIRED"));
    }
  }

  @Test
  void smallOnesTravelWithTheirSplits() {
    byte[] small = new byte[1000];
    assertThat(OverlaidSplit.of(LAKE, "any", "a.parquet", small).overlay()).isEqualTo(small);
  }

  private static ServerConnection connect() {
    return ServerConnection.open("test", FreshetQueryRunner.server().uri(), 64 << 20, 32 << 20);
  }
}
