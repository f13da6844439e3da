/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

import io.freshet.server.index.SipHash.Secret;

/**
 * A bijection of 64-bit words that spreads keys evenly, so that tables and runs can be ordered by
 * the result. Stored: it never changes.
 *
 * <p>Two rounds; each xors with one half of the table's secret and then multiplies and shifts, all
 * of which can be undone. The secret keeps a writer from choosing keys that fall together.
 */
final class KeyMix {
  // Odd, so multiplying has an inverse; bits as mixed as those of random numbers.
  private static final long MULTIPLIER_A = 0xbf58476d1ce4e5b9L;
  private static final long MULTIPLIER_B = 0x94d049bb133111ebL;
  private static final long INVERSE_A = inverse(MULTIPLIER_A);
  private static final long INVERSE_B = inverse(MULTIPLIER_B);

  private final long secret0;
  private final long secret1;

  KeyMix(Secret secret) {
    this.secret0 = secret.low();
    this.secret1 = secret.high();
  }

  long mix(long key) {
    return round(round(key ^ secret0) ^ secret1);
  }

  /** The key that {@link #mix} has mixed. */
  long unmix(long mixed) {
    return undoRound(undoRound(mixed) ^ secret1) ^ secret0;
  }

  private static long round(long value) {
    long x = (value ^ value >>> 30) * MULTIPLIER_A;
    x = (x ^ x >>> 27) * MULTIPLIER_B;
    return x ^ x >>> 31;
  }

  private static long undoRound(long value) {
    long x = undoShift(value, 31) * INVERSE_B;
    x = undoShift(x, 27) * INVERSE_A;
    return undoShift(x, 30);
  }

  private static long undoShift(long value, int shift) {
    long x = value;
    for (int known = shift; known < Long.SIZE; known += shift) {
      x = value ^ x >>> shift;
    }
    return x;
  }

  /** The inverse of an odd number modulo 2⁶⁴, by Newton's iteration: each step doubles the bits. */
  private static long inverse(long odd) {
    long x = odd;
    for (int bits = 3; bits < Long.SIZE; bits *= 2) {
      x *= 2 - odd * x;
    }
    return x;
  }
}
