/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import io.freshet.table.TableDefinition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.actions.BinPackRewriteFilePlanner;
import org.apache.iceberg.actions.RewriteFileGroup;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds files that are worth rewriting, by Iceberg's own rules: a file is small below three
 * quarters of the table's {@code write.target-file-size-bytes}.
 */
record RewritePlan(Table table, TableDefinition definition, RewriteLimits limits) {
  private static final Logger LOG = LoggerFactory.getLogger(RewritePlan.class);

  /**
   * Groups of one partition each. Larger files are never split, and one that alone is larger than a
   * group may be stays as it is.
   */
  List<RewriteGroup> groups(Snapshot snapshot, FileRewrite rewrite) {
    BinPackRewriteFilePlanner planner =
        new BinPackRewriteFilePlanner(table, Expressions.alwaysTrue(), snapshot.snapshotId(), true);
    planner.init(
        Map.of(
            BinPackRewriteFilePlanner.MIN_INPUT_FILES,
            Integer.toString(limits.minFiles()),
            BinPackRewriteFilePlanner.DELETE_RATIO_THRESHOLD,
            Double.toString(limits.deleteRatio()),
            BinPackRewriteFilePlanner.MAX_FILE_GROUP_SIZE_BYTES,
            Long.toString(limits.maxGroupBytes()),
            BinPackRewriteFilePlanner.MAX_FILE_SIZE_BYTES,
            Long.toString(Long.MAX_VALUE)));
    List<RewriteGroup> groups = new ArrayList<>();
    try (CloseableIterable<RewriteFileGroup> planned = planner.plan().groups()) {
      for (RewriteFileGroup each : planned) {
        PlannedGroup group = new PlannedGroup(snapshot.snapshotId(), each.fileScanTasks(), rewrite);
        if (group.sizeBytes() <= limits.maxGroupBytes()) {
          groups.add(group);
        } else {
          LOG.info(
              "Not rewriting {} of table {}: only {} bytes may be rewritten at once",
              group,
              definition.name(),
              limits.maxGroupBytes());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return groups;
  }
}
