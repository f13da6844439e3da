/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.output;

import java.util.Locale;

/** Numbers as people read them. */
public final class Quantities {
  private static final double NANOS_OF_SECOND = 1e9;

  private Quantities() {}

  /** With commas between thousands: 1,234,567. */
  public static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** In the unit of two or three digits: 12.3 MiB. */
  public static String bytes(long sizeBytes) {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    double size = sizeBytes;
    int unit = 0;
    while (size >= 1024 && unit < units.length - 1) {
      size /= 1024;
      unit++;
    }
    return unit == 0 ? sizeBytes + " B" : String.format(Locale.ROOT, "%.1f %s", size, units[unit]);
  }

  /** 0.123 s below ten seconds, 12.3 s below a minute, then 2 min 5 s. */
  public static String duration(long nanos) {
    double seconds = nanos / NANOS_OF_SECOND;
    if (seconds < 10) {
      return String.format(Locale.ROOT, "%.3f s", seconds);
    }
    if (seconds < 60) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    long whole = Math.round(seconds);
    return whole / 60 + " min " + whole % 60 + " s";
  }

  /** Rows per second, over a time that may be nothing. */
  public static String rate(long rows, long nanos) {
    double seconds = Math.max(nanos, 1) / NANOS_OF_SECOND;
    return count(Math.round(rows / seconds)) + " rows/s";
  }
}
