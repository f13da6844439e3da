/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.changes;

import io.freshet.protocol.ChangesTicket;
import io.freshet.protocol.Json;
import io.freshet.table.TableName;
import java.util.List;
import java.util.UUID;
import org.apache.spark.sql.connector.read.InputPartition;
import org.jspecify.annotations.Nullable;

/**
 * Changes of one bucket that one task reads.
 *
 * @param address of the server
 * @param startOffset inclusive
 * @param endOffset exclusive; null to follow the bucket
 * @param filter an Iceberg expression in its JSON form; null for all
 */
public record ChangePartition(
    String address,
    String table,
    UUID tableId,
    int bucket,
    long startOffset,
    @Nullable Long endOffset,
    @Nullable String filter)
    implements InputPartition {

  TableName tableName() {
    return TableName.parse(table);
  }

  ChangesTicket ticket(long fromOffset, List<String> columns) {
    return new ChangesTicket(
        tableName(),
        tableId,
        bucket,
        fromOffset,
        endOffset,
        columns,
        filter == null ? null : Json.tree(filter));
  }
}
