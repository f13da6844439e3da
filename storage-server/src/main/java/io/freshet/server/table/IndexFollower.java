/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.table;

import io.freshet.server.keys.BucketKeysOpener;
import io.freshet.server.keys.TableKeys;
import io.freshet.server.lake.LakeState;
import io.freshet.server.lake.LakeTable;
import io.freshet.table.TableDefinition;
import java.util.List;

/** Brings durable indexes to the base that the lake has now. Blocking. */
record IndexFollower(
    TableDefinition definition, LakeTable lake, TableKeys keys, List<BucketKeysOpener> indexes) {
  void follow(LakeState state) {}
}
