/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

import io.freshet.server.lake.LakeFiles;

/** A data file of the simulated lake with its rows, in the order in which they are in it. */
final class SimulatedDataFile implements LakeFiles.WrittenRows {
  private final String location;
  private final long[] rows;

  /** int[rows]: the batch, and the row within it, that each row came from. */
  private final int[] batches;

  private final int[] batchRows;
  private boolean isDeleted;

  SimulatedDataFile(String location, long[] rows, int[] batches, int[] batchRows) {
    this.location = location;
    this.rows = rows;
    this.batches = batches;
    this.batchRows = batchRows;
  }

  /** A file of rows whose origin nobody asks for. */
  static SimulatedDataFile of(String location, long[] rows) {
    return new SimulatedDataFile(location, rows, new int[rows.length], new int[rows.length]);
  }

  /** The row at a position. */
  long value(long position) {
    return rows[(int) position];
  }

  /** Its writer has said that nobody needs it. */
  void delete() {
    isDeleted = true;
  }

  boolean isDeleted() {
    return isDeleted;
  }

  @Override
  public String location() {
    return location;
  }

  @Override
  public long rows() {
    return rows.length;
  }

  @Override
  public int batch(long position) {
    return batches[(int) position];
  }

  @Override
  public int row(long position) {
    return batchRows[(int) position];
  }
}
