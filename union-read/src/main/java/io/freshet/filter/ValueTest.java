/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.filter;

import org.apache.arrow.vector.FieldVector;

/** A test of every value of a vector, without regard to nulls. */
interface ValueTest {
  /**
   * Tests the values of {@code rows > 0} rows.
   *
   * @param words long[(rows + 63) / 64], zero before; bit {@code r % 64} of word {@code r / 64} is
   *     set if the value of row r passes. What is set for nulls, and beyond the last row, is not
   *     defined.
   */
  void test(FieldVector vector, int rows, long[] words);
}
