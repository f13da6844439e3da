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
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.iceberg.NullOrder;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortDirection;
import org.apache.iceberg.SortField;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.types.Comparators;
import org.apache.iceberg.types.Type;

/**
 * A table's sort order as numbers: rows are ordered by the first key, where that is equal by the
 * second, and so on. Numbers are their own key; other values are replaced by their rank among the
 * distinct ones.
 */
final class SortKeys {
  /** long[keys][rows] */
  private final long[][] keys;

  private SortKeys(List<long[]> keys) {
    this.keys = packed(keys).toArray(long[][]::new);
  }

  /** Merges a key with the one before it where both together fit into a long. */
  private static List<long[]> packed(List<long[]> keys) {
    List<long[]> packed = new ArrayList<>();
    int lastBits = Long.SIZE;
    for (long[] key : keys) {
      int bits = toUnsigned(key);
      if (lastBits + bits < Long.SIZE) {
        long[] last = packed.get(packed.size() - 1);
        for (int i = 0; i < key.length; i++) {
          last[i] = (last[i] << bits) | key[i];
        }
        lastBits += bits;
      } else {
        packed.add(key);
        lastBits = bits;
      }
    }
    return packed;
  }

  /** Shifts keys so that the least is 0, if all fit; the number of bits that they need. */
  private static int toUnsigned(long[] key) {
    long min = Arrays.stream(key).min().orElse(0);
    long max = Arrays.stream(key).max().orElse(0);
    if (max - min < 0) {
      return Long.SIZE;
    }
    for (int i = 0; i < key.length; i++) {
      key[i] -= min;
    }
    return Long.SIZE - Long.numberOfLeadingZeros(max - min);
  }

  static SortKeys of(SortOrder order, Schema schema, List<FieldVector[]> columns, RowOrigins rows) {
    List<long[]> keys = new ArrayList<>();
    for (SortField field : order.fields()) {
      SourceColumn column = new SourceColumn(field.sourceId(), schema, columns);
      if (field.transform().isIdentity() && column.isNumber()) {
        addNumbers(keys, field, column, rows);
      } else if (!field.transform().isVoid()) {
        keys.add(ranks(field, column, rows));
      }
    }
    return new SortKeys(keys);
  }

  private static void addNumbers(
      List<long[]> keys, SortField field, SourceColumn column, RowOrigins rows) {
    long[] packed = new long[Math.toIntExact(rows.size())];
    rows.copyTo(packed, 0, packed.length);
    if (column.mayHaveNulls()) {
      keys.add(nullKeys(field, column, packed));
    }
    boolean isDescending = field.direction() == SortDirection.DESC;
    boolean mayHaveNulls = column.mayHaveNulls();
    Type.TypeID type = column.type().typeId();
    for (int i = 0; i < packed.length; i++) {
      if (mayHaveNulls && column.isNull(packed[i])) {
        packed[i] = 0;
        continue;
      }
      long number = column.number(packed[i]);
      if (type == Type.TypeID.FLOAT) {
        number = ordered(Float.intBitsToFloat((int) number));
      } else if (type == Type.TypeID.DOUBLE) {
        number = ordered(Double.longBitsToDouble(number));
      }
      packed[i] = isDescending ? ~number : number;
    }
    keys.add(packed);
  }

  private static long[] nullKeys(SortField field, SourceColumn column, long[] rows) {
    long[] keys = new long[rows.length];
    long nullKey = field.nullOrder() == NullOrder.NULLS_FIRST ? -1 : 1;
    for (int i = 0; i < rows.length; i++) {
      keys[i] = column.isNull(rows[i]) ? nullKey : 0;
    }
    return keys;
  }

  /** A long that orders like {@link Double#compare}: -0.0 before 0.0, and NaN last. */
  private static long ordered(double number) {
    long bits = Double.doubleToLongBits(number);
    return bits ^ ((bits >> 63) & Long.MAX_VALUE);
  }

  private static long[] ranks(SortField field, SourceColumn column, RowOrigins rows) {
    DistinctValues distinct = DistinctValues.of(column, field.transform(), rows);
    Integer[] order = new Integer[distinct.values().size()];
    Arrays.setAll(order, i -> i);
    Comparator<Object> comparator = comparator(field, column.type());
    Arrays.sort(
        order,
        (left, right) ->
            comparator.compare(distinct.values().get(left), distinct.values().get(right)));
    long[] rankOf = new long[order.length];
    for (int rank = 0; rank < order.length; rank++) {
      boolean isTie =
          rank > 0
              && comparator.compare(
                      distinct.values().get(order[rank - 1]), distinct.values().get(order[rank]))
                  == 0;
      rankOf[order[rank]] = isTie ? rankOf[order[rank - 1]] : rank;
    }
    int[] ordinals = distinct.ordinals();
    long[] ranks = new long[ordinals.length];
    for (int i = 0; i < ranks.length; i++) {
      ranks[i] = rankOf[ordinals[i]];
    }
    return ranks;
  }

  private static Comparator<Object> comparator(SortField field, Type sourceType) {
    Type type = field.transform().getResultType(sourceType);
    Comparator<Object> comparator = Comparators.forType(type.asPrimitiveType());
    if (field.direction() == SortDirection.DESC) {
      comparator = comparator.reversed();
    }
    return field.nullOrder() == NullOrder.NULLS_FIRST
        ? Comparator.nullsFirst(comparator)
        : Comparator.nullsLast(comparator);
  }

  /** Sorts row numbers; rows with equal keys keep their order. */
  void sort(int[] rows) {
    if (keys.length == 0 || isSorted(rows)) {
      return;
    }
    long[] first = new long[rows.length];
    for (int i = 0; i < rows.length; i++) {
      first[i] = keys[0][rows[i]];
    }
    new MergeSort(first, rows).sort();
  }

  private boolean isSorted(int[] rows) {
    for (int i = 1; i < rows.length; i++) {
      int order = Long.compare(keys[0][rows[i - 1]], keys[0][rows[i]]);
      if (order > 0 || (order == 0 && compareRest(rows[i - 1], rows[i]) > 0)) {
        return false;
      }
    }
    return true;
  }

  /** Compares two rows by all keys but the first. */
  private int compareRest(int left, int right) {
    for (int key = 1; key < keys.length; key++) {
      int order = Long.compare(keys[key][left], keys[key][right]);
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  /** A stable merge sort of rows that carries the first key along, so that it reads in sequence. */
  private final class MergeSort {
    private static final int RUN = 16;

    private final long[] firstKeys;
    private final int[] rows;
    private final long[] otherKeys;
    private final int[] otherRows;

    MergeSort(long[] firstKeys, int[] rows) {
      this.firstKeys = firstKeys;
      this.rows = rows;
      int leftHalf = rows.length / 2;
      otherKeys = new long[leftHalf];
      otherRows = new int[leftHalf];
    }

    void sort() {
      sort(0, rows.length);
    }

    private void sort(int from, int to) {
      if (to - from <= RUN) {
        insertionSort(from, to);
        return;
      }
      int middle = (from + to) >>> 1;
      sort(from, middle);
      sort(middle, to);
      if (isAfter(firstKeys[middle - 1], rows[middle - 1], firstKeys[middle], rows[middle])) {
        merge(from, middle, to);
      }
    }

    private void insertionSort(int from, int to) {
      for (int i = from + 1; i < to; i++) {
        long key = firstKeys[i];
        int row = rows[i];
        int place = i;
        while (place > from && isAfter(firstKeys[place - 1], rows[place - 1], key, row)) {
          firstKeys[place] = firstKeys[place - 1];
          rows[place] = rows[place - 1];
          place--;
        }
        firstKeys[place] = key;
        rows[place] = row;
      }
    }

    private void merge(int from, int middle, int to) {
      int length = middle - from;
      System.arraycopy(firstKeys, from, otherKeys, 0, length);
      System.arraycopy(rows, from, otherRows, 0, length);
      int left = 0;
      int right = middle;
      int target = from;
      while (left < length && right < to) {
        if (isAfter(otherKeys[left], otherRows[left], firstKeys[right], rows[right])) {
          firstKeys[target] = firstKeys[right];
          rows[target++] = rows[right++];
        } else {
          firstKeys[target] = otherKeys[left];
          rows[target++] = otherRows[left++];
        }
      }
      System.arraycopy(otherKeys, left, firstKeys, target, length - left);
      System.arraycopy(otherRows, left, rows, target, length - left);
    }

    private boolean isAfter(long leftKey, int leftRow, long rightKey, int rightRow) {
      return leftKey > rightKey || (leftKey == rightKey && compareRest(leftRow, rightRow) > 0);
    }
  }
}
