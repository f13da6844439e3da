/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * SipHash-2-4 with 128 bits of output (Aumasson and Bernstein, 2012, and its reference's longer
 * output), for messages that are whole 8-byte words. It hashes many messages side by side: column
 * by column, {@link #absorb} takes the next word of one row.
 *
 * <p>Shape: each of the four parts of the state is {@code long[rows]}; {@code words: byte[rows]},
 * how many words a row has absorbed, modulo 32.
 */
final class SipHash {
  private final Secret secret;
  private final long[] v0;
  private final long[] v1;
  private final long[] v2;
  private final long[] v3;
  private final byte[] words;

  /** The key of the hash: its first and second 8 bytes, little endian. */
  record Secret(long low, long high) {
    static final int BYTES = 16;

    static Secret of(byte[] bytes) {
      if (bytes.length != BYTES) {
        throw new IllegalArgumentException("A secret has " + BYTES + " bytes, not " + bytes.length);
      }
      ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      return new Secret(buffer.getLong(0), buffer.getLong(Long.BYTES));
    }

    /** Never shown: it would end up in a log. */
    @Override
    public String toString() {
      return "Secret";
    }
  }

  SipHash(Secret secret, int maxRows) {
    this.secret = secret;
    this.v0 = new long[maxRows];
    this.v1 = new long[maxRows];
    this.v2 = new long[maxRows];
    this.v3 = new long[maxRows];
    this.words = new byte[maxRows];
  }

  /** Begins {@code rows} messages. */
  void start(int rows) {
    for (int row = 0; row < rows; row++) {
      v0[row] = secret.low() ^ 0x736f6d6570736575L;
      v1[row] = secret.high() ^ 0x646f72616e646f6dL ^ 0xee;
      v2[row] = secret.low() ^ 0x6c7967656e657261L;
      v3[row] = secret.high() ^ 0x7465646279746573L;
      words[row] = 0;
    }
  }

  void absorb(int row, long word) {
    v3[row] ^= word;
    rounds(row, 2);
    v0[row] ^= word;
    words[row]++;
  }

  /** Ends the messages and writes their hashes: the first and the second 8 bytes of each. */
  void finish(int rows, long[] first, long[] second, int from) {
    for (int row = 0; row < rows; row++) {
      absorb(row, (words[row] * (long) Long.BYTES) << 56);
      v2[row] ^= 0xee;
      rounds(row, 4);
      first[from + row] = v0[row] ^ v1[row] ^ v2[row] ^ v3[row];
      v1[row] ^= 0xdd;
      rounds(row, 4);
      second[from + row] = v0[row] ^ v1[row] ^ v2[row] ^ v3[row];
    }
  }

  private void rounds(int row, int count) {
    long a = v0[row];
    long b = v1[row];
    long c = v2[row];
    long d = v3[row];
    for (int round = 0; round < count; round++) {
      a += b;
      c += d;
      b = Long.rotateLeft(b, 13) ^ a;
      d = Long.rotateLeft(d, 16) ^ c;
      a = Long.rotateLeft(a, 32);
      c += b;
      a += d;
      b = Long.rotateLeft(b, 17) ^ c;
      d = Long.rotateLeft(d, 21) ^ a;
      c = Long.rotateLeft(c, 32);
    }
    v0[row] = a;
    v1[row] = b;
    v2[row] = c;
    v3[row] = d;
  }
}
