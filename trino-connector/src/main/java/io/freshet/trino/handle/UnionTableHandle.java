/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.handle;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.trino.spi.connector.ConnectorTableHandle;
import io.trino.spi.connector.SchemaTableName;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A Freshet table in a query.
 *
 * @param lake the Iceberg connector's handle of the base; it has what was pushed down, too
 * @param name as the query has it
 * @param table the server's name of the table
 * @param snapshot the id of the union snapshot; absent for an older state of the lake
 * @param freshRows how many rows are fresh
 * @param overlayRows how many rows of the base fresh changes have superseded
 * @param changes which changes there are, if they are what is read
 * @param limit that was pushed down, and is not guaranteed
 * @param partitioning if it is read partition by partition
 */
public record UnionTableHandle(
    @JsonProperty("lake") ConnectorTableHandle lake,
    @JsonProperty("name") SchemaTableName name,
    @JsonProperty("table") String table,
    @JsonProperty("part") TablePart part,
    @JsonProperty("snapshot") Optional<String> snapshot,
    @JsonProperty("freshRows") long freshRows,
    @JsonProperty("overlayRows") long overlayRows,
    @JsonProperty("changes") List<ChangeRange> changes,
    @JsonProperty("limit") OptionalLong limit,
    @JsonProperty("partitioning") Optional<BucketPartitioning> partitioning)
    implements ConnectorTableHandle {
  public UnionTableHandle {
    changes = List.copyOf(changes);
  }

  public UnionTableHandle withChanges(List<ChangeRange> newChanges) {
    return new UnionTableHandle(
        lake, name, table, part, snapshot, freshRows, overlayRows, newChanges, limit, partitioning);
  }

  /** How many changes there are. */
  public long changedRows() {
    return changes.stream().mapToLong(ChangeRange::rows).sum();
  }

  public UnionTableHandle withLake(ConnectorTableHandle newLake) {
    return new UnionTableHandle(
        newLake, name, table, part, snapshot, freshRows, overlayRows, changes, limit, partitioning);
  }

  public UnionTableHandle withLimit(long newLimit) {
    return new UnionTableHandle(
        lake,
        name,
        table,
        part,
        snapshot,
        freshRows,
        overlayRows,
        changes,
        OptionalLong.of(newLimit),
        partitioning);
  }

  public UnionTableHandle withPartitioning(BucketPartitioning newPartitioning) {
    return new UnionTableHandle(
        lake,
        name,
        table,
        part,
        snapshot,
        freshRows,
        overlayRows,
        changes,
        limit,
        Optional.of(newPartitioning));
  }

  @Override
  public String toString() {
    return switch (part) {
      case UNION -> lake + " union " + freshRows + " fresh rows, " + overlayRows + " hidden";
      case LAKE -> lake + " lake only";
      case CHANGES -> name + " " + changedRows() + " changes";
      case FRESH -> name + " " + freshRows + " fresh rows only";
    };
  }
}
