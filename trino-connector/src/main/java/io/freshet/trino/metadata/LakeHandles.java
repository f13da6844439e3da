/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.metadata;

import io.freshet.protocol.UnionSnapshot;
import io.trino.plugin.iceberg.IcebergTableHandle;
import io.trino.plugin.iceberg.IcebergTablePartitioning;
import io.trino.spi.connector.ConnectorTableHandle;
import io.trino.spi.connector.ConnectorTablePartitioning;
import io.trino.spi.predicate.TupleDomain;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;

/** The Iceberg connector's handle of a table's base. */
final class LakeHandles {
  private LakeHandles() {}

  /** How the handle's rows are spread over the nodes, if the engine has asked for that. */
  static Optional<ConnectorTablePartitioning> partitioning(ConnectorTableHandle lake) {
    return ((IcebergTableHandle) lake)
        .getTablePartitioning()
        .flatMap(IcebergTablePartitioning::toConnectorTablePartitioning);
  }

  /**
   * The handle of the base of a union snapshot, with the snapshot's columns. The current state of
   * the lake may be younger than the base by then.
   */
  static ConnectorTableHandle pinned(ConnectorTableHandle current, UnionSnapshot snapshot) {
    return pinned(current, snapshot, snapshot.schema());
  }

  /** As above, for rows that have other columns than the table. */
  static ConnectorTableHandle pinned(
      ConnectorTableHandle current, UnionSnapshot snapshot, Schema schema) {
    if (!(current instanceof IcebergTableHandle table)) {
      return current; // One that tells why the lake's metadata can't be read.
    }
    Long base = snapshot.base().snapshotId();
    return new IcebergTableHandle(
        table.getSchemaName(),
        table.getTableName(),
        table.getTableType(),
        base == null ? OptionalLong.empty() : OptionalLong.of(base),
        SchemaParser.toJson(schema),
        table.getSpecId(),
        table.getPartitionSpecJsons(),
        table.getFormatVersion(),
        TupleDomain.all(),
        TupleDomain.all(),
        OptionalLong.empty(),
        Set.of(),
        table.getNameMappingJson(),
        table.getTableLocation(),
        table.getStorageProperties(),
        table.getTablePartitioning(),
        false,
        Optional.empty(),
        Set.of(),
        table.getForAnalyze());
  }
}
