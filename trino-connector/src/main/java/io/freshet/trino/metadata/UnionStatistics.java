/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.metadata;

import io.freshet.trino.handle.TablePart;
import io.freshet.trino.handle.UnionTableHandle;
import io.trino.spi.statistics.Estimate;
import io.trino.spi.statistics.TableStatistics;

/** Estimates for a union: the base, without what the overlay hides, and the fresh rows. */
final class UnionStatistics {
  private UnionStatistics() {}

  static TableStatistics of(TableStatistics base, UnionTableHandle union) {
    if (union.part() == TablePart.CHANGES) {
      return rows(union.changedRows()).build();
    }
    if (union.part() == TablePart.FRESH) {
      return rows(union.freshRows()).build();
    }
    if (union.part() == TablePart.LAKE) {
      return base;
    }
    if (base.getRowCount().isUnknown() || base.getRowCount().getValue() == 0) {
      // No lake rows match, or there are none; nothing is known of the fresh rows' values.
      return base.getRowCount().isUnknown() ? base : rows(union.freshRows()).build();
    }
    double live = Math.max(0, base.getRowCount().getValue() - union.overlayRows());
    TableStatistics.Builder statistics = rows(live + union.freshRows());
    // Fresh rows are few, and taken to be like the others; only their range is not known.
    base.getColumnStatistics().forEach(statistics::setColumnStatistics);
    return statistics.build();
  }

  private static TableStatistics.Builder rows(double rows) {
    return TableStatistics.builder().setRowCount(Estimate.of(rows));
  }
}
