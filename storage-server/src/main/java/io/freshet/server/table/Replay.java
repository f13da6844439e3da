/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.table;

import io.freshet.server.fresh.FreshRows;
import io.freshet.server.index.KeyEncoder;
import io.freshet.server.index.KeyHashes;
import io.freshet.server.keys.ChangeCodes;
import io.freshet.server.keys.KeyedRows;
import io.freshet.server.keys.TableKeys;
import io.freshet.server.log.LogEntry;
import io.freshet.server.loop.EventLoop;
import io.freshet.server.schema.LogSchemas;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/** Applies entries of a bucket's log again when the bucket is opened. */
interface Replay {
  /** Applies the next entry, which stays its owner's. */
  void apply(LogEntry entry);

  static Replay ofAppends(FreshRows fresh) {
    return fresh::add;
  }

  static Replay ofChanges(
      FreshRows fresh,
      KeyedRows keyed,
      TableKeys keys,
      LogSchemas schemas,
      EventLoop loop,
      BufferAllocator allocator) {
    KeyEncoder encoder = keys.newEncoder();
    return entry -> {
      KeyHashes hashes;
      try (VectorSchemaRoot rows =
          schemas.of(entry.schemaId()).load(entry.batch(), schemas.current(), allocator)) {
        hashes = keys.encode(encoder, rows);
      }
      ChangeCodes codes = ChangeCodes.of(entry.batch());
      fresh.add(entry);
      loop.call(() -> {
        keyed.apply(keyed.decide(hashes, codes, entry.startOffset()));
        return true;
      });
    };
  }
}
