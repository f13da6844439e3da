/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.read;

import io.freshet.protocol.Json;
import io.freshet.protocol.ReadTicket;
import io.freshet.spark.connection.SnapshotLease;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.connector.read.InputPartition;
import org.jspecify.annotations.Nullable;

/**
 * Fresh rows that one task reads from the server.
 *
 * @param address of the server
 * @param table for messages
 * @param snapshot the union snapshot's id
 * @param buckets which it reads one after the other; empty for all at once
 * @param columns in this order
 * @param filter an Iceberg expression in its JSON form; null for all rows
 */
record FreshPartition(
    String address,
    String table,
    String snapshot,
    ArrayList<Integer> buckets,
    ArrayList<String> columns,
    @Nullable String filter)
    implements InputPartition {

  static FreshPartition of(
      SnapshotLease lease, List<Integer> buckets, List<String> columns, @Nullable String filter) {
    return new FreshPartition(
        lease.address(),
        lease.snapshot().table().toString(),
        lease.snapshot().snapshot(),
        new ArrayList<>(buckets),
        new ArrayList<>(columns),
        filter);
  }

  List<ReadTicket> tickets() {
    return buckets.isEmpty() ? List.of(ticket(null)) : buckets.stream().map(this::ticket).toList();
  }

  private ReadTicket ticket(@Nullable Integer bucket) {
    return new ReadTicket(
        snapshot,
        ReadTicket.Part.FRESH,
        bucket,
        columns,
        filter == null ? null : Json.tree(filter));
  }
}
