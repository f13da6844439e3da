/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.io.InputFile;
import org.apache.parquet.column.values.bloomfilter.BloomFilter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.api.Binary;

/** The Bloom filters of a file's first row group. */
record BloomFilters(Map<String, BloomFilter> byColumn) {
  static BloomFilters read(InputFile file) {
    Map<String, BloomFilter> filters = new LinkedHashMap<>();
    try {
      Path copy = Files.createTempFile("bloom", ".parquet");
      try (InputStream stream = file.newStream()) {
        Files.write(copy, stream.readAllBytes());
      }
      try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(copy))) {
        for (ColumnChunkMetaData column : reader.getFooter().getBlocks().get(0).getColumns()) {
          BloomFilter filter = reader.readBloomFilter(column);
          if (filter != null) {
            filters.put(column.getPath().toDotString(), filter);
          }
        }
      } finally {
        Files.delete(copy);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new BloomFilters(filters);
  }

  Set<String> columns() {
    return byColumn.keySet();
  }

  boolean mayContain(String column, Object value) {
    BloomFilter filter = java.util.Objects.requireNonNull(byColumn.get(column));
    return filter.findHash(
        value instanceof String text
            ? filter.hash(Binary.fromString(text))
            : filter.hash((Object) value));
  }
}
