/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.column.values.ValuesWriter;
import org.apache.parquet.column.values.bloomfilter.BloomFilter;

/**
 * What the bits of a number mean. All numbers travel as a long: floating-point numbers as their raw
 * bits, a float in the lower half.
 */
enum NumberKind {
  INT(Integer.BYTES) {
    @Override
    void write(ValuesWriter writer, long number) {
      writer.writeInteger((int) number);
    }

    @Override
    void addTo(Statistics<?> statistics, long number) {
      statistics.updateStats((int) number);
    }

    @Override
    long hash(BloomFilter filter, long number) {
      return filter.hash((int) number);
    }
  },
  LONG(Long.BYTES) {
    @Override
    void write(ValuesWriter writer, long number) {
      writer.writeLong(number);
    }

    @Override
    void addTo(Statistics<?> statistics, long number) {
      statistics.updateStats(number);
    }

    @Override
    long hash(BloomFilter filter, long number) {
      return filter.hash(number);
    }
  },
  FLOAT(Float.BYTES) {
    @Override
    void write(ValuesWriter writer, long number) {
      writer.writeFloat(Float.intBitsToFloat((int) number));
    }

    @Override
    void addTo(Statistics<?> statistics, long number) {
      statistics.updateStats(Float.intBitsToFloat((int) number));
    }

    @Override
    long hash(BloomFilter filter, long number) {
      return filter.hash(Float.intBitsToFloat((int) number));
    }
  },
  DOUBLE(Double.BYTES) {
    @Override
    void write(ValuesWriter writer, long number) {
      writer.writeDouble(Double.longBitsToDouble(number));
    }

    @Override
    void addTo(Statistics<?> statistics, long number) {
      statistics.updateStats(Double.longBitsToDouble(number));
    }

    @Override
    long hash(BloomFilter filter, long number) {
      return filter.hash(Double.longBitsToDouble(number));
    }
  };

  private final int widthBytes;

  NumberKind(int widthBytes) {
    this.widthBytes = widthBytes;
  }

  int widthBytes() {
    return widthBytes;
  }

  boolean isFloatingPoint() {
    return this == FLOAT || this == DOUBLE;
  }

  abstract void write(ValuesWriter writer, long number);

  abstract void addTo(Statistics<?> statistics, long number);

  abstract long hash(BloomFilter filter, long number);

  /** A number of a floating-point kind as a double; exact, also for floats. */
  double toDouble(long number) {
    return this == FLOAT ? Float.intBitsToFloat((int) number) : Double.longBitsToDouble(number);
  }
}
