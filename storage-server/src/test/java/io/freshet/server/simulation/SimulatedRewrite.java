/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

import io.freshet.overlay.PositionBitmap;
import io.freshet.server.lake.MovedRows;
import io.freshet.server.lake.RewriteGroup;
import io.freshet.server.lake.RewrittenFiles;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** Files of the simulated lake that were rewritten as one. */
record SimulatedRewrite(Group group, SimulatedDataFile file, Map<String, MovedRows> moves)
    implements RewrittenFiles {
  /** Files of a snapshot. */
  record Group(long snapshotId, List<SimulatedDataFile> members, SimulatedSnapshot snapshot)
      implements RewriteGroup {
    @Override
    public List<String> files() {
      return members.stream().map(SimulatedDataFile::location).toList();
    }

    @Override
    public long sizeBytes() {
      return members.stream().mapToLong(SimulatedDataFile::rows).sum() * Long.BYTES;
    }
  }

  static SimulatedRewrite of(Group group, String location) {
    Map<String, MovedRows> moves = new HashMap<>();
    LongStream.Builder rows = LongStream.builder();
    long written = 0;
    for (SimulatedDataFile old : group.members()) {
      MovedRows moved = new MovedRows(old.rows(), List.of(location));
      PositionBitmap deleted =
          group.snapshot().deleted().getOrDefault(old.location(), new PositionBitmap());
      for (long position = 0; position < old.rows(); position++) {
        if (!deleted.contains(position)) {
          rows.add(old.value(position));
          moved.move(position, 0, written++);
        }
      }
      moves.put(old.location(), moved);
    }
    long[] all = rows.build().toArray();
    return new SimulatedRewrite(group, SimulatedDataFile.of(location, all), moves);
  }

  @Override
  public List<String> files() {
    return file.rows() == 0 ? List.of() : List.of(file.location());
  }

  @Override
  public MovedRows moved(String oldFile) {
    MovedRows moved = moves.get(oldFile);
    if (moved == null) {
      throw new IllegalArgumentException(oldFile + " was not rewritten");
    }
    return moved;
  }

  /** The rows of the new file that were deleted from the old ones in the meantime. */
  PositionBitmap deletedSince(SimulatedSnapshot now) {
    PositionBitmap gone = new PositionBitmap();
    for (String old : group.files()) {
      MovedRows moved = moved(old);
      now.deleted()
          .getOrDefault(old, new PositionBitmap())
          .forEach(position -> {
            if (moved.isMoved(position)) {
              gone.add(moved.position(position));
            }
          });
    }
    return gone;
  }
}
