/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.table.TableName;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code DoGet} shall stream of a bucket's changes.
 *
 * @param tableId of the table that the offsets are of; whichever has the name now if null
 * @param startOffset of the first change
 * @param endOffset after the last change; if null the stream follows the bucket until it is
 *     cancelled
 * @param columns of {@link io.freshet.table.ChangeColumns#schema}, in this order; all if null
 * @param filter an Iceberg expression over the same columns, in its JSON form
 */
public record ChangesTicket(
    TableName table,
    @Nullable UUID tableId,
    int bucket,
    long startOffset,
    @Nullable Long endOffset,
    @Nullable List<String> columns,
    @Nullable JsonNode filter) {
  /** The field that no other ticket has. */
  static final String MARK = "start-offset";

  /** Whether a ticket asks for changes; any other one is a {@link ReadTicket}. */
  public static boolean isIn(byte[] ticket) {
    return Json.hasField(ticket, MARK);
  }
}
