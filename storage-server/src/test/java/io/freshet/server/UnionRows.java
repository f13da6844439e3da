/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server;

import io.freshet.arrow.ArrowRows;
import io.freshet.client.FreshetClient;
import io.freshet.lake.LakeFileIO;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.reader.BatchSource;
import io.freshet.reader.Projection;
import io.freshet.reader.UnionReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.iceberg.data.Record;

/** Union snapshots as lists of Iceberg's generic records. */
final class UnionRows {
  private UnionRows() {}

  static List<Record> read(
      FreshetClient client,
      UnionSnapshot snapshot,
      Projection projection,
      BufferAllocator allocator) {
    List<Record> rows = new ArrayList<>();
    try (LakeFileIO files = new LakeFileIO()) {
      files.initialize(Map.of());
      UnionReader reader = new UnionReader(client, files, allocator);
      try (BatchSource source = reader.read(snapshot, projection)) {
        while (source.next()) {
          rows.addAll(new ArrowRows(projection.projectedSchema(), source.batch()).copyAll());
        }
      }
    }
    return rows;
  }
}
