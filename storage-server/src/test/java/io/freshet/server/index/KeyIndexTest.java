/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.error.FreshetException;
import io.freshet.server.index.KeyIndexConfiguration.Verification;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KeyIndexTest {
  private static final IndexCheckpoint CHECKPOINT = new IndexCheckpoint(88L, "0:12", 12);

  private final KeyIndexFixture fixture = new KeyIndexFixture(1, KeyForm.HASHED);
  private KeyIndex index;

  @BeforeEach
  void create() {
    index = KeyIndex.create(fixture.environment());
  }

  @AfterEach
  void close() {
    index.close();
    fixture.close();
  }

  @Test
  void keyThatComesTwiceInABatchSupersedesItself() {
    long[] previous = new long[3];
    index.upsert(fixture.keys(1, 2, 1), new long[] {10, 11, 12}, previous);
    assertThat(previous).containsExactly(Location.ABSENT, Location.ABSENT, 10);
    assertThat(get(1, 2)).containsExactly(12, 11);
  }

  @Test
  void removedKeyIsAbsentThoughAnOlderRunHasIt() {
    store(0, 30);
    checkpoint();
    long[] previous = new long[1];
    index.remove(fixture.keys(5), previous);
    assertThat(previous).containsExactly(5);
    checkpoint();
    assertThat(get(5, 6)).containsExactly(Location.ABSENT, 6);
    reopen();
    assertThat(get(5, 6)).containsExactly(Location.ABSENT, 6);
  }

  @Test
  void fullMemoryIsRefusedUntilTablesAreWritten() {
    fixture.disk.failAppends(1000);
    store(0, 40);
    store(40, 80);
    fixture.loop.runAll();
    assertThat(index.freeEntries()).isEqualTo(20);
    assertThatThrownBy(() -> store(80, 120))
        .isInstanceOf(FreshetException.class)
        .hasMessage(
            "The key index of bucket 00000000-0000-0007-0000-000000000008/3 has room for 20 more"
                + " entries, not for 40, until its tables are written, which has failed:"
                + " java.io.IOException: simulated failure to write. Try again.");
    fixture.disk.failAppends(0);
    index.retry();
    fixture.loop.runAll();
    store(80, 120);
    assertThat(get(0, 79, 119)).containsExactly(0, 79, 119);
  }

  @Test
  void checkpointThatCannotBeWrittenFailsAndTheNextOneSucceeds() {
    store(0, 30);
    fixture.disk.failForces(1);
    CompletableFuture<Void> failed = index.checkpoint(CHECKPOINT);
    fixture.loop.runAll();
    assertThatThrownBy(failed::join)
        .hasRootCauseMessage("simulated failure to sync")
        .hasMessageContaining(
            "Cannot write the key index of bucket 00000000-0000-0007-0000-000000000008/3 in"
                + " simulated:/table/3: java.io.IOException: simulated failure to sync.");
    checkpoint();
    assertThat(get(29)).containsExactly(29);
  }

  @Test
  void secondCheckpointWaitsForTheFirst() {
    store(0, 30);
    CompletableFuture<Void> first = index.checkpoint(CHECKPOINT);
    assertThatThrownBy(() -> index.checkpoint(CHECKPOINT).join())
        .hasMessageContaining("is under way, for offset 12. Try again when it is complete.");
    fixture.loop.runAll();
    assertThat(first).isCompleted();
  }

  @Test
  void runsThatAMappingCannotTouchAreNotRewritten() {
    store(0, 30);
    checkpoint();
    Object files = fixture.disk.paths();
    CompletableFuture<Void> done =
        index.remap(
            new LocationMapping() {
              @Override
              public void map(long[] locations, int count) {
                throw new AssertionError("Nothing has moved");
              }

              @Override
              public boolean mayMove(LocationRange range) {
                return range.hasLake() || range.endOffset() > 30;
              }
            });
    fixture.loop.runAll();
    assertThat(done).isCompleted();
    assertThat(fixture.disk.paths()).isEqualTo(files);
  }

  @Test
  void everyCorruptByteIsFoundWithItsFile() {
    store(0, 40);
    index.put(fixture.keys(3), new long[] {Location.ofLake(2, 9)});
    checkpoint();
    for (String path : fixture.disk.paths()) {
      byte[] good = fixture.disk.bytes(path);
      for (int at = 0; at < good.length; at++) {
        byte[] bad = good.clone();
        bad[at] ^= 0x10;
        assertRebuild(path, bad, "");
      }
      assertRebuild(path, Arrays.copyOf(good, good.length - 1), "");
      assertRebuild(path, new byte[0], "");
      fixture.disk.overwrite(path, good);
    }
    reopen();
  }

  @Test
  void missingFilesAreFound() {
    store(0, 40);
    checkpoint();
    String run = fixture.disk.paths().get(0);
    byte[] bytes = fixture.disk.bytes(run);
    fixture.disk.erase(run);
    assertThat(KeyIndex.open(fixture.environment()))
        .isEqualTo(
            new RebuildNeeded("simulated:/" + run, "it is missing, though the manifest names it"));
    fixture.disk.overwrite(run, bytes);
    fixture.disk.erase("table/3/manifest");
    assertThat(KeyIndex.open(fixture.environment()))
        .isEqualTo(
            new RebuildNeeded(
                "simulated:/table/3/manifest", "it is missing: there is no checkpoint"));
  }

  @Test
  void corruptRunIsNeverMerged() {
    store(0, 40);
    checkpoint();
    String run = fixture.disk.paths().get(0);
    byte[] bytes = fixture.disk.bytes(run);
    bytes[RunFormatV1.HEADER_BYTES + 16] ^= 1;
    fixture.disk.overwrite(run, bytes);
    index.close();
    index = ((RecoveredIndex) KeyIndex.open(fixture.environment(Verification.STRUCTURE))).index();
    for (int round = 1; index.damage().isEmpty() && round < 10; round++) {
      store(40 * round, 40 * round + 40);
      index.checkpoint(CHECKPOINT);
      fixture.loop.runAll();
    }
    assertThat(index.damage())
        .contains(
            new RebuildNeeded(
                "simulated:/" + run, "the checksum of the entries, bytes 64 to 1024, is wrong"));
    assertThatThrownBy(() -> get(1))
        .hasMessageContaining("is corrupt in file simulated:/" + run + ": the checksum of the");
  }

  @Test
  void indexOfOtherKeysIsRefused() {
    checkpoint();
    IndexEnvironment known = fixture.environment();
    IndexEnvironment other =
        new IndexEnvironment(
            known.bucket(),
            known.disk(),
            known.folder(),
            known.form(),
            known.fingerprint() + 1,
            known.loop(),
            known.background(),
            known.allocator(),
            known.configuration());
    assertThat(KeyIndex.open(other))
        .isEqualTo(
            new RebuildNeeded(
                "simulated:/table/3/manifest", "its keys have other types or another secret"));
  }

  @Test
  void closedIndexTouchesNoFileOnceItSaysSo() {
    store(0, 30);
    CompletableFuture<Void> done = index.checkpoint(CHECKPOINT);
    index.close();
    assertThat(done).isCompletedExceptionally();
    assertThat(index.closed()).isNotCompleted();
    fixture.loop.runAll();
    assertThat(index.closed()).isCompleted();
    assertThatThrownBy(() -> get(1)).hasMessage("The index is closed");
  }

  private void assertRebuild(String path, byte[] bad, String reason) {
    fixture.disk.overwrite(path, bad);
    IndexOpening opening = KeyIndex.open(fixture.environment());
    assertThat(opening).isInstanceOf(RebuildNeeded.class);
    assertThat(((RebuildNeeded) opening).file()).isEqualTo("simulated:/" + path);
    assertThat(((RebuildNeeded) opening).reason()).contains(reason);
  }

  /** Stores the number of each key as its location. */
  private void store(int from, int to) {
    int[] numbers = IntStream.range(from, to).toArray();
    index.put(fixture.keys(numbers), Arrays.stream(numbers).asLongStream().toArray());
  }

  private long[] get(int... numbers) {
    long[] locations = new long[numbers.length];
    index.get(fixture.keys(numbers), locations);
    return locations;
  }

  private void checkpoint() {
    CompletableFuture<Void> done = index.checkpoint(CHECKPOINT);
    fixture.loop.runAll();
    assertThat(done).isCompleted();
  }

  private void reopen() {
    index.close();
    RecoveredIndex recovered = (RecoveredIndex) KeyIndex.open(fixture.environment());
    index = recovered.index();
    assertThat(recovered.checkpoint()).isEqualTo(CHECKPOINT);
  }
}
