/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

/**
 * What moving rows did to their locations: after tiering, fresh offsets to lake locations; after a
 * compaction, lake locations to other ones. Called by the loop of the index and by its background
 * tasks, at the same time; so it is immutable or thread safe.
 */
public interface LocationMapping {
  /**
   * Replaces each location that has moved; the others stay. One that has no row any more becomes
   * {@link Location#ABSENT}.
   *
   * @param locations long[>= count], none of them ABSENT
   */
  void map(long[] locations, int count);

  /**
   * Whether any location in a range may have moved; runs that can't be touched aren't rewritten.
   */
  boolean mayMove(LocationRange range);
}
