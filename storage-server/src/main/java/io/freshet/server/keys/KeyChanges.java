/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.keys;

import io.freshet.server.index.KeyHashes;

/**
 * What a new base changes in the durable index of a bucket.
 *
 * @param removed keys that have no row in it any more
 * @param moved keys whose rows are elsewhere now; they may be among {@code removed} too
 * @param locations of the moved keys: long[moved.count()], lake locations
 */
public record KeyChanges(KeyHashes removed, KeyHashes moved, long[] locations) {
  int count() {
    return removed.count() + moved.count();
  }
}
