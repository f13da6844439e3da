/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import org.apache.iceberg.FieldMetrics;
import org.apache.iceberg.types.Types;

/**
 * What Iceberg wants to know of a float or double column of a file and Parquet's footer can't say:
 * the number of NaNs, and bounds without them.
 */
final class FloatingPointMetrics {
  private final int fieldId;
  private final boolean isFloat;
  private long valueCount;
  private long nullCount;
  private long nanCount;
  private double min;
  private double max;
  private boolean hasBounds;

  FloatingPointMetrics(int fieldId, boolean isFloat) {
    this.fieldId = fieldId;
    this.isFloat = isFloat;
  }

  /**
   * @param values with the nulls, as Parquet counts them
   */
  void addCounts(int values, int nulls) {
    valueCount += values;
    nullCount += nulls;
  }

  void addNaNs(long count) {
    nanCount += count;
  }

  void addBounds(double least, double greatest) {
    min = hasBounds ? Math.min(min, least) : least;
    max = hasBounds ? Math.max(max, greatest) : greatest;
    hasBounds = true;
  }

  /** The metrics since the last call: those of one file. */
  FieldMetrics<?> finishFile() {
    FieldMetrics<?> metrics;
    if (!hasBounds) {
      metrics = new FieldMetrics<>(fieldId, valueCount, nullCount, nanCount);
    } else if (isFloat) {
      metrics =
          new FieldMetrics<>(
              fieldId,
              valueCount,
              nullCount,
              nanCount,
              (float) min,
              (float) max,
              Types.FloatType.get());
    } else {
      metrics =
          new FieldMetrics<>(
              fieldId, valueCount, nullCount, nanCount, min, max, Types.DoubleType.get());
    }
    valueCount = 0;
    nullCount = 0;
    nanCount = 0;
    hasBounds = false;
    return metrics;
  }
}
