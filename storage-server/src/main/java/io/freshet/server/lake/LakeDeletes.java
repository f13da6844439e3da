/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import io.freshet.overlay.PositionBitmap;
import java.util.Set;

/**
 * Which rows of its data files a lake snapshot does not have: its own deletion vectors, and the
 * position deletes of other writers. They are read when they are asked for, which blocks and fails
 * with LAKE_UNAVAILABLE if the lake can't be reached. Thread-safe.
 */
public interface LakeDeletes {
  /**
   * Locations of all data files that have deleted rows. Some may not be files of the snapshot any
   * more, because Iceberg lets deletes outlive their files.
   */
  Set<String> files();

  /** The deleted positions of a data file; empty if it has none. The copy belongs to the caller. */
  PositionBitmap of(String location);
}
