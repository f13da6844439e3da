/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.transforms.Transform;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.util.SerializableFunction;
import org.jspecify.annotations.Nullable;

/**
 * The distinct results of a transform over all rows, and which one each row has. The transform runs
 * once per distinct value, and for numbers somewhat more often.
 */
final class DistinctValues {
  private static final int CACHE_SIZE = 1 << 14;
  private static final int CHUNK_ROWS = 4096;

  /** int[rows]: an index into {@link #values}. */
  private final int[] ordinals;

  /** In the order of their first appearance; null is a value like the others. */
  private final List<@Nullable Object> values = new ArrayList<>();

  private final Map<@Nullable Object, Integer> ordinalOf = new HashMap<>();
  private final SerializableFunction<Object, Object> function;
  private final SourceColumn column;

  @SuppressWarnings("unchecked")
  private DistinctValues(SourceColumn column, Transform<?, ?> transform, int rows) {
    this.column = column;
    ordinals = new int[rows];
    function = ((Transform<Object, Object>) transform).bind(column.type());
  }

  static DistinctValues of(SourceColumn column, Transform<?, ?> transform, RowOrigins rows) {
    DistinctValues distinct = new DistinctValues(column, transform, Math.toIntExact(rows.size()));
    long[] packed = new long[distinct.ordinals.length];
    rows.copyTo(packed, 0, packed.length);
    if (column.isNumber()) {
      distinct.addNumbers(packed);
    } else if (column.type().typeId() == Type.TypeID.BOOLEAN) {
      distinct.addObjects(packed);
    } else {
      distinct.addBytes(packed, column.newBytesLoader());
    }
    return distinct;
  }

  int[] ordinals() {
    return ordinals;
  }

  List<@Nullable Object> values() {
    return values;
  }

  private void addNumbers(long[] rows) {
    long[] cachedNumbers = new long[CACHE_SIZE];
    int[] cachedOrdinals = new int[CACHE_SIZE]; // plus 1; 0 is an empty place
    int nullOrdinal = -1;
    boolean mayHaveNulls = column.mayHaveNulls();
    for (int i = 0; i < rows.length; i++) {
      if (mayHaveNulls && column.isNull(rows[i])) {
        nullOrdinal = nullOrdinal < 0 ? ordinal(null) : nullOrdinal;
        ordinals[i] = nullOrdinal;
        continue;
      }
      long number = column.number(rows[i]);
      int place = (int) ((number * 0x9E3779B97F4A7C15L) >>> 50) & (CACHE_SIZE - 1);
      if (cachedOrdinals[place] == 0 || cachedNumbers[place] != number) {
        cachedNumbers[place] = number;
        cachedOrdinals[place] = ordinal(column.value(rows[i])) + 1;
      }
      ordinals[i] = cachedOrdinals[place] - 1;
    }
  }

  /** Tells values apart by their bytes, so that an object is made once per distinct value. */
  private void addBytes(long[] rows, BytesLoader loader) {
    BytesDictionary dictionary = new BytesDictionary(false);
    List<Integer> ordinalOfId = new ArrayList<>();
    Positions positions = new Positions();
    long[] present = new long[CHUNK_ROWS];
    int[] presentRows = new int[CHUNK_ROWS];
    for (int from = 0; from < rows.length; from += CHUNK_ROWS) {
      int count = 0;
      for (int i = from; i < Math.min(rows.length, from + CHUNK_ROWS); i++) {
        if (column.isNull(rows[i])) {
          ordinals[i] = ordinal(null);
        } else {
          present[count] = rows[i];
          presentRows[count++] = i;
        }
      }
      positions.setList(present, count);
      loader.load(positions, 0, count);
      int[] starts = loader.starts();
      for (int i = 0; i < count; i++) {
        int id = dictionary.id(loader.bytes(), starts[i], starts[i + 1] - starts[i]);
        if (id == ordinalOfId.size()) {
          ordinalOfId.add(ordinal(column.value(present[i])));
        }
        ordinals[presentRows[i]] = ordinalOfId.get(id);
      }
    }
  }

  private void addObjects(long[] rows) {
    for (int i = 0; i < rows.length; i++) {
      ordinals[i] = ordinal(column.value(rows[i]));
    }
  }

  private int ordinal(@Nullable Object source) {
    Object result = function.apply(source);
    Integer known = ordinalOf.get(result);
    if (known != null) {
      return known;
    }
    int ordinal = values.size();
    values.add(result);
    ordinalOf.put(result, ordinal);
    return ordinal;
  }
}
