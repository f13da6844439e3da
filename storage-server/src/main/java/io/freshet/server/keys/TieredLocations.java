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
import java.util.Arrays;

/** Where tiering has put the fresh rows of one bucket: the position notes. */
public final class TieredLocations {
  static final TieredLocations NONE = new TieredLocations(0, 0);

  private final long startOffset;
  private final long[] locations;

  /** Notes for the offsets [startOffset, endOffset), none of which has gone anywhere yet. */
  public TieredLocations(long startOffset, long endOffset) {
    this.startOffset = startOffset;
    this.locations = new long[Math.toIntExact(endOffset - startOffset)];
    Arrays.fill(locations, Location.ABSENT);
  }

  /** Notes that a row is in the lake now; before the notes are shared. */
  public void put(long offset, long location) {
    locations[(int) (offset - startOffset)] = location;
  }

  /** The lake location of the row with that offset, or ABSENT if it was not live. */
  long of(long offset) {
    long index = offset - startOffset;
    return index < 0 || index >= locations.length ? Location.ABSENT : locations[(int) index];
  }
}
