/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.protocol;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import io.freshet.table.TableName;
import java.util.List;
import java.util.UUID;
import org.apache.iceberg.Schema;

/**
 * A frozen state of a table: base, overlays, fresh ranges, and a lease on all of them.
 *
 * @param snapshot names it in tickets and lease calls
 * @param schema the table's schema, which fresh rows follow
 * @param overlays of the base's files that have superseded rows; empty for a log table
 * @param expiresAtMillis end of the lease, since 1970 UTC, by the server's clock
 */
public record UnionSnapshot(
    String snapshot,
    TableName table,
    UUID tableId,
    Schema schema,
    LakeBase base,
    List<FreshRange> fresh,
    @JsonSerialize(converter = OverlayColumns.Writer.class)
        @JsonDeserialize(converter = OverlayColumns.Reader.class)
        List<FileOverlay> overlays,
    long expiresAtMillis) {
  public long freshRows() {
    return fresh.stream().mapToLong(FreshRange::rows).sum();
  }

  /** Rows of the base that fresh changes have superseded. */
  public long overlayRows() {
    return overlays.stream().mapToLong(FileOverlay::overlayRows).sum();
  }

  public long freshBytes() {
    return fresh.stream().mapToLong(FreshRange::bytes).sum();
  }
}
