/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.keys;

import io.freshet.server.index.Location;
import io.freshet.server.index.LocationMapping;
import io.freshet.server.index.LocationRange;
import io.freshet.server.lake.MovedRows;
import io.freshet.server.lake.RewrittenFiles;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** Where a compaction has moved the rows of lake files. Immutable. */
public final class FileMoves implements LocationMapping {
  private final Map<Integer, MovedRows> moved;
  private final Map<String, Integer> newNumbers;

  FileMoves(Map<Integer, MovedRows> moved, Map<String, Integer> newNumbers) {
    this.moved = moved;
    this.newNumbers = newNumbers;
  }

  /** The moves of files that were rewritten, whose new ones get numbers. Blocking. */
  public static FileMoves of(RewrittenFiles files, LakeFileNumbers numbers) {
    Map<Integer, MovedRows> moved = new HashMap<>();
    numbers
        .numbers(files.group().files())
        .forEach((file, number) -> moved.put(number, files.moved(file)));
    return new FileMoves(moved, numbers.numbers(files.files()));
  }

  boolean hasMoved(int fileNumber) {
    return moved.containsKey(fileNumber);
  }

  /** Where a lake location is now; ABSENT if its row was deleted before. */
  long map(long location) {
    if (!Location.isLake(location)) {
      return location;
    }
    MovedRows rows = moved.get(Location.fileNumber(location));
    if (rows == null) {
      return location;
    }
    long position = Location.position(location);
    return rows.isMoved(position)
        ? Location.ofLake(
            Objects.requireNonNull(newNumbers.get(rows.file(position))), rows.position(position))
        : Location.ABSENT;
  }

  @Override
  public void map(long[] locations, int count) {
    for (int i = 0; i < count; i++) {
      locations[i] = map(locations[i]);
    }
  }

  @Override
  public boolean mayMove(LocationRange range) {
    return range.hasLake()
        && moved.keySet().stream()
            .anyMatch(
                number -> number >= range.startFileNumber() && number < range.endFileNumber());
  }
}
