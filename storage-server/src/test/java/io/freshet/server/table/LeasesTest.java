/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.server.keys.RowCut;
import io.freshet.server.lake.LakeState;
import io.freshet.server.lake.TableLayout;
import io.freshet.server.lake.TieredOffsets;
import io.freshet.table.TableDefinition;
import io.freshet.table.TableName;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;

final class LeasesTest {
  private static final TableDefinition DEFINITION =
      new TableDefinition(
          TableName.parse("db.events"),
          new Schema(Types.NestedField.required(1, "id", Types.LongType.get())),
          PartitionSpec.unpartitioned(),
          SortOrder.unsorted(),
          2,
          List.of(),
          Map.of());

  private final Leases leases = new Leases(DEFINITION.name());

  @Test
  void leaseEndsAtItsExpiryEvenBeforeItIsForgotten() {
    leases.add(lease("a", 100, 0, 0));
    assertThat(leases.get("a", 99).snapshot()).isEqualTo("a");
    assertThatThrownBy(() -> leases.get("a", 100))
        .hasMessage(
            "Union snapshot a of table db.events has expired: plan again and read the new one");
    leases.expire(99);
    assertThat(leases.size()).isEqualTo(1);
    leases.expire(100);
    assertThat(leases.size()).isZero();
  }

  @Test
  void renewedLeaseEndsLater() {
    UnionLease lease = lease("a", 100, 0, 0);
    leases.add(lease);
    leases.renew(lease.withExpiry(200));
    assertThat(leases.get("a", 199).expiresAtMillis()).isEqualTo(200);
    assertThat(leases.size()).isEqualTo(1);
  }

  @Test
  void releasedLeaseHasExpired() {
    leases.add(lease("a", 100, 0, 0));
    leases.release("a");
    leases.release("never planned");
    assertThatThrownBy(() -> leases.get("a", 0)).hasMessageContaining("has expired");
  }

  @Test
  void lowestOffsetIsThatOfTheOldestLease() {
    TieredOffsets current = new TieredOffsets(List.of(50L, 60L));
    assertThat(leases.lowestOffset(1, current)).isEqualTo(60);
    leases.add(lease("a", 100, 30, 40));
    leases.add(lease("b", 100, 10, 55));
    assertThat(leases.lowestOffset(0, current)).isEqualTo(10);
    assertThat(leases.lowestOffset(1, current)).isEqualTo(40);
    leases.release("b");
    assertThat(leases.lowestOffset(0, current)).isEqualTo(30);
  }

  @Test
  void leasesHaveALimit() {
    for (int i = 0; i < Leases.MAX_LEASES; i++) {
      leases.add(lease("s" + i, 100, 0, 0));
    }
    assertThatThrownBy(() -> leases.add(lease("one more", 100, 0, 0)))
        .hasMessage(
            "Table db.events has 10000 union snapshots under lease: release them, or plan with shorter"
                + " leases");
  }

  private static UnionLease lease(
      String snapshot, long expiresAtMillis, long firstTiered, long secondTiered) {
    TieredOffsets tiered = new TieredOffsets(List.of(firstTiered, secondTiered));
    return new UnionLease(
        snapshot,
        DEFINITION,
        new LakeState(null, "metadata", new TableLayout(0, 0, 0), 0, tiered, 0, null),
        List.of(RowCut.ofAppends(70), RowCut.ofAppends(80)),
        Map.of(),
        expiresAtMillis);
  }
}
