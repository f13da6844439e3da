/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.arrow;

import static io.trino.spi.block.Fixed12Block.encodeFixed12;
import static io.trino.spi.type.DateTimeEncoding.packDateTimeWithZone;
import static io.trino.spi.type.TimeZoneKey.UTC_KEY;

/**
 * The forms of times: Arrow counts micro- or nanoseconds, Trino has pairs for what it needs more
 * of.
 */
final class Times {
  static final long PICOS_PER_MICRO = 1_000_000;
  static final long PICOS_PER_NANO = 1_000;
  static final long NANOS_PER_MICRO = 1_000;
  static final long MICROS_PER_MILLI = 1_000;
  static final long NANOS_PER_MILLI = 1_000_000;

  private Times() {}

  /** Microseconds of the day to picoseconds, in place. */
  static long[] picos(long[] micros) {
    for (int i = 0; i < micros.length; i++) {
      micros[i] *= PICOS_PER_MICRO;
    }
    return micros;
  }

  /** Nanoseconds to {@code int[3 * values]}: microseconds, and picoseconds of the microsecond. */
  static int[] ofNanos(long[] nanos) {
    int[] values = new int[nanos.length * 3];
    for (int i = 0; i < nanos.length; i++) {
      long micros = Math.floorDiv(nanos[i], NANOS_PER_MICRO);
      long rest = Math.floorMod(nanos[i], NANOS_PER_MICRO);
      encodeFixed12(micros, (int) (rest * PICOS_PER_NANO), values, i);
    }
    return values;
  }

  /** Microseconds to {@code int[3 * values]}: milliseconds with zone, and picoseconds of those. */
  static int[] ofMicrosUtc(long[] micros) {
    int[] values = new int[micros.length * 3];
    for (int i = 0; i < micros.length; i++) {
      long millis = Math.floorDiv(micros[i], MICROS_PER_MILLI);
      long rest = Math.floorMod(micros[i], MICROS_PER_MILLI);
      encodeFixed12(
          packDateTimeWithZone(millis, UTC_KEY), (int) (rest * PICOS_PER_MICRO), values, i);
    }
    return values;
  }

  /** Nanoseconds to {@code int[3 * values]}: milliseconds with zone, and picoseconds of those. */
  static int[] ofNanosUtc(long[] nanos) {
    int[] values = new int[nanos.length * 3];
    for (int i = 0; i < nanos.length; i++) {
      long millis = Math.floorDiv(nanos[i], NANOS_PER_MILLI);
      long rest = Math.floorMod(nanos[i], NANOS_PER_MILLI);
      encodeFixed12(
          packDateTimeWithZone(millis, UTC_KEY), (int) (rest * PICOS_PER_NANO), values, i);
    }
    return values;
  }
}
