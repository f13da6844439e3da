/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

/** Entries of an index that don't change any more: a frozen table or a run. */
sealed interface EntrySource permits KeyTable, Run {
  /** How many keys are looked up side by side at most, so that their loads from memory overlap. */
  int GROUP = 256;

  /**
   * Finds keys, and moves the rows of those that it knows, even as removed, to the end of {@code
   * rows}. Called by the loop that owns the index.
   *
   * @param rows int[>= count] into {@code keys} and {@code locations}; count is at most GROUP
   * @param locations gets the location of each key that it knows, ABSENT for a removed one
   * @return how many it did not know
   */
  int find(KeyHashes keys, int[] rows, int count, long[] locations);

  /** Goes over all entries; may be used by any thread. */
  EntryCursor cursor();

  long entryCount();
}
