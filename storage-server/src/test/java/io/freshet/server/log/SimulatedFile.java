/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.log;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A file of a {@link SimulatedDisk}: its bytes, and which of them a crash leaves. */
final class SimulatedFile {
  private static final int PAGE_BYTES = 4096;

  private byte[] bytes;
  private int length;

  /** Bytes [0, syncedLength) survive a crash. */
  private int syncedLength;

  /** Bytes [lostFrom, lostTo) never reach the disk, since their sync has failed. */
  private int lostFrom;

  private int lostTo;

  /** Bytes from here on were written again since the last sync. */
  private int rewrittenFrom = Integer.MAX_VALUE;

  /** What may still be on disk as long as a truncation is not synced. */
  private @Nullable SimulatedFile beforeTruncation;

  SimulatedFile(byte[] synced) {
    this.bytes = synced.clone();
    this.length = synced.length;
    this.syncedLength = synced.length;
  }

  int length() {
    return length;
  }

  byte[] copy() {
    return Arrays.copyOf(bytes, length);
  }

  void read(int position, ByteBuffer target) {
    target.put(bytes, position, target.remaining());
  }

  void append(ByteBuffer[] buffers, long count) {
    int left = Math.toIntExact(count);
    if (length + left > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + left, 2 * bytes.length));
    }
    for (ByteBuffer buffer : buffers) {
      int part = Math.min(left, buffer.remaining());
      buffer.get(bytes, length, part);
      length += part;
      left -= part;
    }
  }

  /** Puts bytes that are the same up to the end on their way to the disk again. */
  void rewrite(int position, ByteBuffer target) {
    if (!target.equals(ByteBuffer.wrap(bytes, position, length - position))) {
      throw new IllegalArgumentException("other bytes are there from " + position + " on");
    }
    target.position(target.limit());
    rewrittenFrom = Math.min(rewrittenFrom, position);
  }

  void force() {
    syncedLength = length;
    lostTo = Math.min(lostTo, rewrittenFrom);
    rewrittenFrom = Integer.MAX_VALUE;
    beforeTruncation = null;
  }

  /** A failed sync: the pages count as clean afterwards, but were not written. */
  void loseUnsynced() {
    lostFrom = lostFrom < lostTo ? Math.min(lostFrom, syncedLength) : syncedLength;
    lostTo = length;
  }

  void truncate(int size) {
    if (beforeTruncation == null) {
      SimulatedFile before = new SimulatedFile(copy());
      before.syncedLength = syncedLength;
      before.lostFrom = lostFrom;
      before.lostTo = lostTo;
      beforeTruncation = before;
    }
    syncedLength = Math.min(syncedLength, size);
    length = Math.min(length, size);
    lostTo = Math.min(lostTo, size);
  }

  SimulatedFile afterCrash(Random random) {
    if (beforeTruncation != null && random.nextBoolean()) {
      return beforeTruncation.afterCrash(random);
    }
    int unsynced = length - syncedLength;
    int kept = unsynced == 0 ? 0 : random.nextInt(unsynced + 1);
    if (random.nextInt(4) == 0) {
      kept = unsynced;
    }
    byte[] left = Arrays.copyOf(bytes, syncedLength + kept);
    if (lostFrom < lostTo) {
      Arrays.fill(left, Math.min(left.length, lostFrom), Math.min(left.length, lostTo), (byte) 0);
    }
    if (random.nextBoolean()) {
      loseSomePages(left, random);
    }
    return new SimulatedFile(left);
  }

  private void loseSomePages(byte[] left, Random random) {
    for (int from = syncedLength; from < left.length; ) {
      int to = Math.min(left.length, (from / PAGE_BYTES + 1) * PAGE_BYTES);
      switch (random.nextInt(4)) {
        case 0 -> Arrays.fill(left, from, to, (byte) 0);
        case 1 -> {
          byte[] garbage = new byte[to - from];
          random.nextBytes(garbage);
          System.arraycopy(garbage, 0, left, from, garbage.length);
        }
        default -> {
          // This page was written.
        }
      }
      from = to;
    }
  }
}
