/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.table;

import io.freshet.server.lake.LakeState;
import io.freshet.server.lake.TieredOffsets;
import io.freshet.table.TableDefinition;

/**
 * A union snapshot as the server keeps it: reads see the base, and fresh rows from the base's
 * tiered offsets up to {@code ends}.
 *
 * @param ends high watermarks at the moment of the plan
 */
public record UnionLease(
    String snapshot,
    TableDefinition definition,
    LakeState base,
    TieredOffsets ends,
    long expiresAtMillis) {
  UnionLease withExpiry(long newExpiresAtMillis) {
    return new UnionLease(snapshot, definition, base, ends, newExpiresAtMillis);
  }
}
