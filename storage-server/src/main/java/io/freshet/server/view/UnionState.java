/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.view;

import io.freshet.server.keys.RowCut;
import io.freshet.server.table.UnionLease;
import java.util.List;

/**
 * What decides the rows of a union snapshot: equal states have equal rows.
 *
 * @param metadataLocation of the base
 * @param endOffsets high watermarks by bucket
 */
record UnionState(String metadataLocation, List<Long> endOffsets) {
  static UnionState of(UnionLease lease) {
    return new UnionState(
        lease.base().metadataLocation(), lease.cuts().stream().map(RowCut::endOffset).toList());
  }
}
