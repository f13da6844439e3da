/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.read;

import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.metric.CustomSumMetric;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;

/** What Spark's UI shows of a union scan, besides Iceberg's own metrics. */
public final class UnionMetrics {
  static final String FRESH_ROWS_READ = "freshRowsRead";
  static final String FRESH_ROWS = "freshRows";
  static final String FRESH_BYTES = "freshBytes";
  static final String OVERLAY_FILES = "overlayFiles";
  static final String OVERLAY_ROWS = "overlayRows";

  private UnionMetrics() {}

  static CustomMetric[] all() {
    return new CustomMetric[] {
      new FreshRowsRead(), new FreshRows(), new FreshBytes(), new OverlayFiles(), new OverlayRows()
    };
  }

  record Value(String name, long value) implements CustomTaskMetric {}

  // Spark makes instances of these by name.

  /** Fresh rows that tasks got from the server, after filters. */
  public static final class FreshRowsRead extends CustomSumMetric {
    @Override
    public String name() {
      return FRESH_ROWS_READ;
    }

    @Override
    public String description() {
      return "fresh rows read";
    }
  }

  /** Fresh rows of the union snapshot. */
  public static final class FreshRows extends CustomSumMetric {
    @Override
    public String name() {
      return FRESH_ROWS;
    }

    @Override
    public String description() {
      return "fresh rows of the union snapshot";
    }
  }

  /** Size of the union snapshot's fresh rows. */
  public static final class FreshBytes extends CustomSumMetric {
    @Override
    public String name() {
      return FRESH_BYTES;
    }

    @Override
    public String description() {
      return "bytes of the fresh rows of the union snapshot";
    }
  }

  /** Lake files with superseded rows. */
  public static final class OverlayFiles extends CustomSumMetric {
    @Override
    public String name() {
      return OVERLAY_FILES;
    }

    @Override
    public String description() {
      return "lake files with superseded rows";
    }
  }

  /** Superseded rows of the lake. */
  public static final class OverlayRows extends CustomSumMetric {
    @Override
    public String name() {
      return OVERLAY_ROWS;
    }

    @Override
    public String description() {
      return "superseded rows of the lake";
    }
  }
}
