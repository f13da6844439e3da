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
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.connector.read.InputPartition;
import org.jspecify.annotations.Nullable;

/**
 * Fresh rows that one task reads from the server.
 *
 * @param address of the server
 * @param snapshot the union snapshot's id
 * @param buckets which it reads one after the other; empty for all at once
 * @param columns in this order
 * @param filter an Iceberg expression in its JSON form; null for all rows
 */
record FreshPartition(
    String address,
    String snapshot,
    ArrayList<Integer> buckets,
    ArrayList<String> columns,
    @Nullable String filter)
    implements InputPartition {

  static FreshPartition of(
      String address,
      String snapshot,
      List<Integer> buckets,
      List<String> columns,
      @Nullable String filter) {
    return new FreshPartition(
        address, snapshot, new ArrayList<>(buckets), new ArrayList<>(columns), filter);
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
