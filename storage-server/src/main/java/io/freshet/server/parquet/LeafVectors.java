/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.FieldVector;

/**
 * The memory of one leaf column in each batch: addresses, so that the loops over values are tight.
 */
final class LeafVectors {
  /** long[batches]: where the values, or the bytes of values of variable width, start. */
  final long[] data;

  /** long[batches]: where the bytes end; nothing may be read behind. */
  final long[] dataEnd;

  /** long[batches]: where the int offsets start; 0 for vectors of fixed width. */
  final long[] offsets;

  LeafVectors(FieldVector[] vectors) {
    data = new long[vectors.length];
    dataEnd = new long[vectors.length];
    offsets = new long[vectors.length];
    for (int i = 0; i < vectors.length; i++) {
      ArrowBuf buffer;
      if (vectors[i] instanceof BaseVariableWidthVector variable) {
        offsets[i] = variable.getOffsetBuffer().memoryAddress();
        buffer = variable.getDataBuffer();
      } else {
        buffer = ((BaseFixedWidthVector) vectors[i]).getDataBuffer();
      }
      data[i] = buffer.memoryAddress();
      dataEnd[i] = data[i] + buffer.capacity();
    }
  }
}
