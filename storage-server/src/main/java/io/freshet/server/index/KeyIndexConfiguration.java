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
 * How much memory an index takes and how its runs are kept.
 *
 * <p>A table of 2^tableSlotBits slots has 16 bytes a slot for exact keys and 24 for hashed ones,
 * and is frozen at eleven entries in sixteen slots. While a table doubles, its old half is kept
 * too. So the memory limit of {@code n} entries is at most {@code n * 16 / 11 * 2.25} slots, plus
 * 2^10 for each checkpoint.
 *
 * @param tableSlotBits size of a full table, 6 to 26
 * @param memoryEntries limit of the entries that are not in a run yet; at least those of two tables
 * @param maxRuns how many runs are kept when merging has caught up; frozen tables wait in memory
 *     while there are twice as many
 * @param verification of runs when an index is opened
 */
public record KeyIndexConfiguration(
    int tableSlotBits, int memoryEntries, int maxRuns, Verification verification) {
  /** 16 MiB for a full table of exact keys; two full tables may wait to be written. */
  public static final KeyIndexConfiguration DEFAULT =
      new KeyIndexConfiguration(20, 3 * KeyTable.maxEntries(20), 8, Verification.STRUCTURE);

  /** What is checked when an index is opened. Merges check every byte that they read. */
  public enum Verification {
    /** The manifest, and of runs the header, the directory and the trailer. */
    STRUCTURE,
    /** Every byte. */
    EVERYTHING
  }

  public KeyIndexConfiguration {
    if (tableSlotBits < 6 || tableSlotBits > 26) {
      throw new IllegalArgumentException("tableSlotBits " + tableSlotBits + " is not from 6 to 26");
    }
    if (memoryEntries < 2 * KeyTable.maxEntries(tableSlotBits)) {
      throw new IllegalArgumentException(
          "memoryEntries "
              + memoryEntries
              + " is less than two tables of "
              + KeyTable.maxEntries(tableSlotBits));
    }
    if (maxRuns < 2) {
      throw new IllegalArgumentException("maxRuns " + maxRuns + " is less than 2");
    }
  }
}
