/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.filter;

import java.util.function.Function;
import java.util.function.IntFunction;
import org.apache.arrow.vector.FieldVector;
import org.apache.iceberg.expressions.BoundPredicate;
import org.apache.iceberg.types.Type;

/** A test that hands each value, in Iceberg's internal representation, to Iceberg itself. */
final class RowTest implements ValueTest {
  private final Type type;
  private final Function<Object, Object> transform;
  private final BoundPredicate<Object> predicate;

  @SuppressWarnings("unchecked")
  RowTest(Type type, Function<Object, Object> transform, BoundPredicate<?> predicate) {
    this.type = type;
    this.transform = transform;
    this.predicate = (BoundPredicate<Object>) predicate;
  }

  @Override
  public void test(FieldVector vector, int rows, long[] words) {
    IntFunction<Object> values = InternalValues.of(type, vector);
    for (int row = 0; row < rows; row++) {
      if (!vector.isNull(row) && predicate.test(transform.apply(values.apply(row)))) {
        words[row / Long.SIZE] |= 1L << row;
      }
    }
  }
}
