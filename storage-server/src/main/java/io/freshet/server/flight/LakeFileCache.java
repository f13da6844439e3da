/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.flight;

import io.freshet.server.lake.LakeDataFiles;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.io.FileIO;

/** What is known of the lake files of the tables in which keys were looked up last. */
final class LakeFileCache {
  private static final int MAX_TABLES = 100;

  private final FileIO io;
  private final Map<UUID, LakeDataFiles> files =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, LakeDataFiles> eldest) {
          return size() > MAX_TABLES;
        }
      };

  LakeFileCache(FileIO io) {
    this.io = io;
  }

  /** Those of the table with that id. */
  synchronized LakeDataFiles of(UUID tableId) {
    return files.computeIfAbsent(tableId, unused -> new LakeDataFiles(io));
  }
}
