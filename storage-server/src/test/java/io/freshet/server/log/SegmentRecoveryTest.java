/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.freshet.server.log.Entries.Plain;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SegmentRecoveryTest {
  private static final LocalLogConfiguration ONE_SEGMENT = LocalLogConfiguration.DEFAULT;
  private static final LocalLogConfiguration SMALL_SEGMENTS =
      LocalLogConfiguration.DEFAULT.withSegmentSizeBytes(2_000);
  private static final Pattern BYTE = Pattern.compile("file (\\S+) at byte (\\d+): ");

  private LocalLogFixture fixture = new LocalLogFixture(1, ONE_SEGMENT);

  @AfterEach
  void everythingIsReleased() {
    fixture.close();
  }

  @Test
  void entryTornAtAnyByteIsCut() {
    BucketLog log = fixture.open(1);
    List<Plain> written = fixture.writeMany(log, 3, 4);
    String path = fixture.lastPath();
    int end = fixture.disk.bytes(path).length;
    fixture.write(log, 4, 30);
    fixture.kill();
    byte[] whole = fixture.disk.bytes(path);
    for (int length = end; length < whole.length; length++) {
      fixture.disk.overwrite(path, Arrays.copyOf(whole, length));
      BucketLog again = fixture.open(1);
      assertThat(again.endOffset()).as("torn at %d", length).isEqualTo(12);
      assertThat(fixture.readAll(again)).isEqualTo(written);
      assertThat(fixture.disk.bytes(path)).hasSize(end);
      assertThat(fixture.write(again, 1, 10).startOffset()).isEqualTo(12);
      fixture.kill();
    }
  }

  @Test
  void zerosAndGarbageBehindTheLastEntryAreCut() {
    BucketLog log = fixture.open(1);
    List<Plain> written = fixture.writeMany(log, 3, 4);
    fixture.kill();
    String path = fixture.lastPath();
    byte[] whole = fixture.disk.bytes(path);
    for (int extra : new int[] {1, 8, 95, 96, 5000}) {
      byte[] longer = Arrays.copyOf(whole, whole.length + extra);
      fixture.disk.overwrite(path, longer);
      assertThat(fixture.readAll(fixture.open(1))).isEqualTo(written);
      fixture.kill();
      new Random(extra).nextBytes(longer);
      System.arraycopy(whole, 0, longer, 0, whole.length);
      fixture.disk.overwrite(path, longer);
      assertThat(fixture.readAll(fixture.open(1))).isEqualTo(written);
      fixture.kill();
    }
  }

  @Test
  void flippedBitBeforeTheLastSyncIsCorruption() {
    BucketLog log = fixture.open(1);
    fixture.writeMany(log, 10, 20);
    String path = fixture.lastPath();
    int synced = fixture.disk.bytes(path).length;
    fixture.write(log, 1, 10);
    fixture.kill();
    byte[] whole = fixture.disk.bytes(path);
    Random random = new Random(5);
    for (int i = 0; i < 2000; i++) {
      int at = random.nextInt(synced);
      fixture.disk.overwrite(path, flipped(whole, at, random.nextInt(8)));
      assertCorrupt(() -> fixture.open(1), path, at);
      assertThat(fixture.disk.bytes(path)).as("refused, not cut").hasSize(whole.length);
    }
  }

  @Test
  void flippedBitAnywhereIsFoundAfterACleanClose() {
    try (BucketLog log = fixture.open(1)) {
      fixture.writeMany(log, 3, 20);
    }
    String path = fixture.lastPath();
    byte[] whole = fixture.disk.bytes(path);
    for (int at = 0; at < whole.length - SegmentFormatV1.ENTRY_HEADER_BYTES; at++) {
      fixture.disk.overwrite(path, flipped(whole, at, at % 8));
      assertCorrupt(() -> fixture.open(1), path, at);
    }
  }

  @Test
  void unsyncedEntriesWrittenOutOfOrderAreCut() {
    BucketLog log = fixture.open(1);
    List<Plain> written = fixture.writeMany(log, 2, 4);
    String path = fixture.lastPath();
    int synced = fixture.disk.bytes(path).length;
    try (LogEntry first = Entries.entry(fixture.allocator, 8, 4);
        LogEntry second = Entries.entry(fixture.allocator, 12, 4);
        LogEntry third = Entries.entry(fixture.allocator, 16, 4)) {
      List<CompletableFuture<Void>> group =
          List.of(log.append(first), log.append(second), log.append(third));
      fixture.executor.runAll();
      assertThat(group).allMatch(CompletableFuture::isDone);
    }
    fixture.kill();
    byte[] whole = fixture.disk.bytes(path);
    Arrays.fill(whole, synced + 40, synced + 200, (byte) 0);
    fixture.disk.overwrite(path, whole);
    BucketLog again = fixture.open(1);
    assertThat(fixture.readAll(again)).isEqualTo(written);
    assertThat(fixture.disk.bytes(path)).hasSize(synced);
  }

  @Test
  void entriesThatAKilledProcessLeftUnsyncedAreDurableOnceRecovered() throws IOException {
    for (int seed = 0; seed < 50; seed++) {
      fixture.close();
      fixture = new LocalLogFixture(seed, ONE_SEGMENT);
      BucketLog log = fixture.open(1);
      List<Plain> written = fixture.writeMany(log, 1, 4);
      String path = fixture.lastPath();
      byte[] synced = fixture.disk.bytes(path);
      written.addAll(fixture.writeMany(log, 1, 4));
      fixture.kill();
      byte[] whole = fixture.disk.bytes(path);
      fixture.disk.overwrite(path, synced);
      try (DiskFile file = fixture.disk.open(path)) {
        file.append(
            new ByteBuffer[] {ByteBuffer.wrap(whole, synced.length, whole.length - synced.length)});
      }
      assertThat(fixture.readAll(fixture.open(1))).isEqualTo(written);
      fixture.crash();
      assertThat(fixture.readAll(fixture.open(1))).isEqualTo(written);
    }
  }

  @Test
  void flippedBitInAnOlderSegmentIsFoundOnRead() {
    fixture.close();
    fixture = new LocalLogFixture(1, SMALL_SEGMENTS);
    try (BucketLog log = fixture.open(1)) {
      fixture.writeMany(log, 20, 10);
    }
    String path = fixture.disk.paths().get(1);
    byte[] whole = fixture.disk.bytes(path);
    Random random = new Random(6);
    for (int i = 0; i < 500; i++) {
      int at = random.nextInt(whole.length);
      fixture.disk.overwrite(path, flipped(whole, at, random.nextInt(8)));
      assertCorrupt(
          () -> {
            try (BucketLog log = fixture.open(1)) {
              fixture.readAll(log);
            }
          },
          path,
          at);
    }
  }

  @Test
  void olderSegmentThatIsCutOrMissingIsCorruption() {
    fixture.close();
    fixture = new LocalLogFixture(1, SMALL_SEGMENTS);
    try (BucketLog log = fixture.open(1)) {
      fixture.writeMany(log, 20, 10);
    }
    String path = fixture.disk.paths().get(1);
    byte[] whole = fixture.disk.bytes(path);
    for (int length = 200; length < whole.length; length += 8) {
      fixture.disk.overwrite(path, Arrays.copyOf(whole, length));
      try (BucketLog log = fixture.open(1)) {
        assertThatThrownBy(() -> fixture.readAll(log)).hasMessageContaining(path);
      }
    }
    fixture.disk.erase(path);
    try (BucketLog log = fixture.open(1)) {
      assertThatThrownBy(() -> fixture.readAll(log))
          .hasMessageContaining("the segment ends at offset")
          .extracting("code")
          .isEqualTo(FreshetErrorCode.LOG_CORRUPT);
    }
  }

  @Test
  void entryOfALaterKindIsRefusedAndNotCut() {
    BucketLog log = fixture.open(1);
    fixture.writeMany(log, 2, 4);
    fixture.kill();
    String path = fixture.lastPath();
    EntryBuffers buffers = new EntryBuffers();
    byte[] whole = fixture.disk.bytes(path);
    buffers.addMarker((byte) 4, 8, 0, null, whole.length, whole.length);
    byte[] longer = Arrays.copyOf(whole, whole.length + SegmentFormatV1.ENTRY_HEADER_BYTES);
    buffers.toArray()[0].get(longer, whole.length, SegmentFormatV1.ENTRY_HEADER_BYTES);
    fixture.disk.overwrite(path, longer);
    assertThatThrownBy(() -> fixture.open(1))
        .hasMessageContaining("at byte " + whole.length)
        .hasMessageContaining("entries of kind 4 are not known to this server");
  }

  @Test
  void fileOfAnotherBucketIsRefused() {
    fixture.open(1).close();
    String path = fixture.lastPath();
    String other = path.replace("/3/", "/4/");
    fixture.disk.overwrite(other, fixture.disk.bytes(path));
    LocalLog log =
        new LocalLog(
            fixture.disk, fixture.executor, fixture.allocator, () -> fixture.now, ONE_SEGMENT);
    assertThatThrownBy(() -> log.open(new BucketId(LocalLogFixture.BUCKET.tableId(), 4), 1))
        .hasMessageContaining(other)
        .hasMessageContaining("it belongs to bucket " + LocalLogFixture.BUCKET);
  }

  @Test
  void segmentThatWasNotFinishedIsIgnored() {
    try (BucketLog log = fixture.open(1)) {
      fixture.writeMany(log, 2, 4);
    }
    String unfinished = fixture.lastPath().replace("00.log", "08.log.unfinished");
    fixture.disk.overwrite(unfinished, new byte[100]);
    try (BucketLog log = fixture.open(1)) {
      assertThat(log.endOffset()).isEqualTo(8);
      assertThat(fixture.disk.paths()).doesNotContain(unfinished);
    }
  }

  @Test
  void reopeningWithoutAppendsDoesNotGrowTheFile() {
    fixture.open(1).close();
    int size = fixture.disk.bytes(fixture.lastPath()).length;
    for (int i = 0; i < 5; i++) {
      fixture.open(1).close();
    }
    assertThat(fixture.disk.bytes(fixture.lastPath())).hasSize(size);
    for (int epoch = 2; epoch < 6; epoch++) {
      fixture.open(epoch).close();
    }
    assertThat(fixture.disk.paths()).hasSize(1);
  }

  private static byte[] flipped(byte[] bytes, int at, int bit) {
    byte[] copy = bytes.clone();
    copy[at] ^= (byte) (1 << bit);
    return copy;
  }

  /** The message names the file, and a position at or before the flipped byte, near it. */
  private static void assertCorrupt(ThrowingCallable action, String path, int at) {
    assertThatThrownBy(action)
        .as("flipped byte %d", at)
        .isInstanceOfSatisfying(
            FreshetException.class,
            e -> {
              assertThat(e.code()).isEqualTo(FreshetErrorCode.LOG_CORRUPT);
              Matcher named = BYTE.matcher(String.valueOf(e.getMessage()));
              assertThat(named.find()).isTrue();
              assertThat(named.group(1)).endsWith(path);
              assertThat(Integer.parseInt(named.group(2))).isBetween(at - 1500, at);
            });
  }
}
