/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.log;

import static java.util.Objects.requireNonNull;

import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;

/**
 * How the local log keeps its files.
 *
 * @param segmentSizeBytes a new segment is begun instead of growing one beyond this size; a larger
 *     entry gets a segment of its own
 * @param maxPendingBytes batches of one bucket that wait to be written; more are refused with
 *     OVERLOADED
 */
public record LocalLogConfiguration(
    long segmentSizeBytes, Durability durability, long maxPendingBytes) {
  public static final long MAX_SEGMENT_SIZE_BYTES = 1L << 30;

  /** Keeps every segment below 2 GiB, so that one mapping can hold it. */
  static final long MAX_ENTRY_BYTES = 1L << 30;

  public static final LocalLogConfiguration DEFAULT =
      new LocalLogConfiguration(256L << 20, Durability.FSYNC, 256L << 20);

  public LocalLogConfiguration {
    requireNonNull(durability, "durability");
    if (segmentSizeBytes < 1 || segmentSizeBytes > MAX_SEGMENT_SIZE_BYTES) {
      throw FreshetException.of(
          FreshetErrorCode.INVALID_CONFIGURATION,
          "A log segment of %d bytes is not possible: set between 1 and %d.",
          segmentSizeBytes,
          MAX_SEGMENT_SIZE_BYTES);
    }
    if (maxPendingBytes < 1) {
      throw FreshetException.of(
          FreshetErrorCode.INVALID_CONFIGURATION,
          "A log with at most %d pending bytes could never be written: set 1 or more.",
          maxPendingBytes);
    }
  }

  public LocalLogConfiguration withSegmentSizeBytes(long bytes) {
    return new LocalLogConfiguration(bytes, durability, maxPendingBytes);
  }

  public LocalLogConfiguration withDurability(Durability other) {
    return new LocalLogConfiguration(segmentSizeBytes, other, maxPendingBytes);
  }

  public LocalLogConfiguration withMaxPendingBytes(long bytes) {
    return new LocalLogConfiguration(segmentSizeBytes, durability, bytes);
  }
}
