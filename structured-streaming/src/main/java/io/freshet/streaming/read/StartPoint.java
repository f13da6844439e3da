/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming.read;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;

import io.freshet.error.FreshetException;
import io.freshet.spark.changes.ChangePoint;
import org.jspecify.annotations.Nullable;

/** Where a stream starts when it has no checkpoint yet: the option {@code start}. */
sealed interface StartPoint {
  String OPTION = "start";
  String SNAPSHOT = "snapshot:";

  /** All rows of the lake, then all changes that it does not hold. */
  record Full() implements StartPoint {}

  /** Changes that a lake snapshot does not hold: for those who have read that snapshot. */
  record Snapshot(long snapshotId) implements StartPoint {}

  /** Changes of the log from a point on. */
  record Log(ChangePoint from) implements StartPoint {}

  /**
   * @throws FreshetException INVALID_REQUEST
   */
  static StartPoint parse(String text) {
    String start = text.strip();
    if (start.equals("full")) {
      return new Full();
    }
    if (start.startsWith(SNAPSHOT)) {
      try {
        return new Snapshot(Long.parseLong(start.substring(SNAPSHOT.length()).strip()));
      } catch (NumberFormatException e) {
        throw bad(text, e);
      }
    }
    return new Log(ChangePoint.parse(start).orElseThrow(() -> bad(text, null)));
  }

  private static FreshetException bad(String text, @Nullable NumberFormatException cause) {
    return new FreshetException(
        INVALID_REQUEST,
        String.format(
            "A stream can't start at '%s': use full, snapshot:<id of a lake snapshot>, %s",
            text, ChangePoint.FORMS),
        cause);
  }
}
