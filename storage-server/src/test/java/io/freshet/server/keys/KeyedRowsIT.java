/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.server.index.KeyHashes;
import io.freshet.server.index.KeyIndexConfiguration;
import io.freshet.server.index.Location;
import io.freshet.server.log.BucketId;
import io.freshet.server.log.LocalDisk;
import io.freshet.server.loop.ManualLoop;
import io.freshet.table.ChangeType;
import io.freshet.table.TableDefinition;
import io.freshet.table.TableName;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys are found as the visible changes have left them, whatever is decided already. */
@SuppressWarnings("NullAway.Init")
final class KeyedRowsIT {
  private static final BucketId BUCKET = new BucketId(new UUID(1, 2), 0);
  private static final KeyHashes KEYS = KeyHashes.ofExact(new long[] {7, 8}, 2);

  @TempDir Path folder;

  private final BufferAllocator allocator = new RootAllocator();
  private final ManualLoop loop = new ManualLoop();
  private KeyedRows rows;

  @BeforeEach
  void open() {
    Schema schema =
        new Schema(List.of(Types.NestedField.required(1, "id", Types.LongType.get())), Set.of(1));
    TableDefinition definition =
        new TableDefinition(
            TableName.parse("db.t"),
            schema,
            PartitionSpec.unpartitioned(),
            SortOrder.unsorted(),
            1,
            List.of(),
            Map.of());
    IndexStorage storage =
        new IndexStorage(
            new LocalDisk(folder),
            Runnable::run,
            allocator,
            KeyIndexConfiguration.DEFAULT,
            new Random(1));
    TableKeys keys = TableKeys.open(storage, BUCKET.tableId(), definition);
    BucketKeys opened = new BucketKeysOpener(BUCKET, loop, keys).finish(0);
    rows = new KeyedRows(BUCKET, opened, 0);
    loop.call(() -> {
      opened.start();
      return true;
    });
    loop.runAll();
  }

  @AfterEach
  void close() {
    loop.call(() -> {
      rows.close();
      return true;
    });
    loop.runAll();
    allocator.close();
  }

  @Test
  void changesThatAreDecidedAreNotSeenBeforeTheyAreApplied() {
    Decision first = upsert(0);
    assertThat(locate(0)).containsExactly(Location.ABSENT, Location.ABSENT);
    apply(first);
    assertThat(locate(1)).containsExactly(0, Location.ABSENT);

    Decision delete = delete(1);
    Decision again = upsert(2);
    assertThat(locate(1)).containsExactly(0, Location.ABSENT);
    apply(delete);
    assertThat(locate(2)).containsExactly(Location.ABSENT, Location.ABSENT);
    apply(again);
    assertThat(locate(3)).containsExactly(2, Location.ABSENT);
  }

  @Test
  void changesOnBothSidesOfACutAreNotSeenBeforeTheyAreApplied() {
    apply(upsert(0));
    Decision below = delete(1);
    var cut = loop.call(() -> rows.seal(2, 1));
    Decision above = upsert(2);
    assertThat(cut).isNotDone();
    assertThat(locate(1)).containsExactly(0, Location.ABSENT);
    apply(below);
    assertThat(cut).isCompleted();
    assertThat(locate(2)).containsExactly(Location.ABSENT, Location.ABSENT);
    apply(above);
    assertThat(locate(3)).containsExactly(2, Location.ABSENT);
  }

  @Test
  void changesThatTheLogHasRefusedAreNeverSeen() {
    apply(upsert(0));
    Decision first = upsert(1);
    Decision second = delete(2);
    loop.call(() -> {
      rows.undo(List.of(second, first), 1, 1);
      return true;
    });
    assertThat(locate(1)).containsExactly(0, Location.ABSENT);
    apply(upsert(1));
    assertThat(locate(2)).containsExactly(1, Location.ABSENT);
  }

  @Test
  void keysThatAreClosedSayThatTheTableComesBack() {
    loop.call(() -> {
      rows.close();
      return true;
    });
    assertThatThrownBy(() -> locate(0))
        .hasMessage(
            "The keys of bucket 00000000-0000-0001-0000-000000000002/0 are closed, as its table is: try"
                + " again after a pause");
  }

  private Decision upsert(long offset) {
    return decide(ChangeType.UPDATE_AFTER, offset);
  }

  private Decision delete(long offset) {
    return decide(ChangeType.DELETE, offset);
  }

  /** Decides a change of the first key. */
  private Decision decide(ChangeType type, long offset) {
    try (ArrowBuf codes = allocator.buffer(Integer.BYTES)) {
      codes.setInt(0, type.code());
      return loop.call(() -> rows.decide(KEYS.slice(0, 1), new ChangeCodes(codes), offset));
    }
  }

  private void apply(Decision decision) {
    loop.call(() -> {
      rows.apply(decision);
      return true;
    });
  }

  private long[] locate(long endOffset) {
    return loop.call(() -> rows.locate(KEYS, endOffset));
  }
}
