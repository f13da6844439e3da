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
import org.apache.iceberg.expressions.BoundPredicate;

/** A test of booleans, 64 at a time: which of the two values pass is known beforehand. */
final class BooleanTest implements ValueTest {
  private final long falsePasses;
  private final long truePasses;

  @SuppressWarnings("unchecked")
  BooleanTest(BoundPredicate<?> predicate) {
    BoundPredicate<Boolean> booleans = (BoundPredicate<Boolean>) predicate;
    this.falsePasses = booleans.test(Boolean.FALSE) ? -1L : 0L;
    this.truePasses = booleans.test(Boolean.TRUE) ? -1L : 0L;
  }

  @Override
  public void test(FieldVector vector, int rows, long[] words) {
    Bitmap.copyBits(vector.getDataBufferAddress(), rows, words);
    for (int i = 0; i < words.length; i++) {
      words[i] = (words[i] & truePasses) | (~words[i] & falsePasses);
    }
  }
}
