/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.keys;

import io.freshet.overlay.PositionBitmap;
import io.freshet.server.index.Location;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Positions of lake files that changes have superseded. Frozen copies share its memory: a file's
 * positions are copied when they change for the first time after they were frozen. For one thread.
 */
final class OverlayBitmaps {
  private final Map<Integer, Versioned> files = new HashMap<>();
  private long version;

  /** The last frozen copy, as long as nothing has changed since. */
  private @Nullable Map<Integer, PositionBitmap> frozen;

  private record Versioned(PositionBitmap positions, long version) {}

  void add(int fileNumber, long position) {
    Versioned file = files.get(fileNumber);
    if (file == null) {
      file = new Versioned(new PositionBitmap(), version);
      files.put(fileNumber, file);
    } else if (file.version != version) {
      file = new Versioned(file.positions.copy(), version);
      files.put(fileNumber, file);
    }
    file.positions.add(position);
    frozen = null;
  }

  /** The same rows at the places where they are after a compaction. */
  OverlayBitmaps moved(FileMoves moves) {
    OverlayBitmaps moved = new OverlayBitmaps();
    files.forEach((number, file) -> {
      if (moves.hasMoved(number)) {
        file.positions.forEach(position -> {
          long location = moves.map(Location.ofLake(number, position));
          if (Location.isLake(location)) {
            moved.add(Location.fileNumber(location), Location.position(location));
          }
        });
      } else {
        moved.files.put(number, new Versioned(file.positions, -1));
      }
    });
    return moved;
  }

  /**
   * The overlay as it is now, by file number; not to be changed. The same object as before if
   * nothing has changed.
   */
  Map<Integer, PositionBitmap> freeze() {
    Map<Integer, PositionBitmap> copy = frozen;
    if (copy == null) {
      version++;
      copy = new HashMap<>(files.size() * 2);
      for (Map.Entry<Integer, Versioned> file : files.entrySet()) {
        copy.put(file.getKey(), file.getValue().positions);
      }
      frozen = copy;
    }
    return copy;
  }
}
