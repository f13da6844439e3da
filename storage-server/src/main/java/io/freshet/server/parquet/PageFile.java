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
import java.util.List;
import java.util.Map;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.jspecify.annotations.Nullable;

/**
 * A Parquet file's footer.
 *
 * @param firstRows long[row groups + 1]: position of each one's first row; the last is the number
 *     of rows
 * @param constants by field id, values that the lake's metadata has for all rows of the file
 * @param unusual why its pages can't be read one by one; null if they can
 */
record PageFile(
    ParquetMetadata footer, long[] firstRows, Map<Integer, ?> constants, @Nullable String unusual)
    implements PageCache.Cached {
  private static final int CHUNK_BYTES = 600;

  static PageFile read(LakeInput input, Map<Integer, ?> constants) throws IOException {
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration()).build();
    try (ParquetFileReader reader = new ParquetFileReader(input, options)) {
      List<BlockMetaData> blocks = reader.getFooter().getBlocks();
      long[] firstRows = new long[blocks.size() + 1];
      for (int block = 0; block < blocks.size(); block++) {
        firstRows[block + 1] = firstRows[block] + blocks.get(block).getRowCount();
      }
      return new PageFile(reader.getFooter(), firstRows, constants, unusual(blocks));
    }
  }

  /** The row group of a position. */
  int blockOf(long position) throws IOException {
    int block = 0;
    while (block < firstRows.length - 1 && position >= firstRows[block + 1]) {
      block++;
    }
    if (block == firstRows.length - 1) {
      throw new IOException("it has " + firstRows[block] + " rows");
    }
    return block;
  }

  @Override
  public long sizeBytes() {
    long chunks = 0;
    for (BlockMetaData block : footer.getBlocks()) {
      chunks += block.getColumns().size();
    }
    return chunks * CHUNK_BYTES;
  }

  private static @Nullable String unusual(List<BlockMetaData> blocks) {
    for (BlockMetaData block : blocks) {
      for (ColumnChunkMetaData chunk : block.getColumns()) {
        if (chunk.getOffsetIndexReference() == null) {
          return chunk.getPath() + " has no offset index";
        }
        if (chunk.isEncrypted()) {
          return chunk.getPath() + " is encrypted";
        }
      }
    }
    return null;
  }
}
