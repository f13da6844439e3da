/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import io.freshet.server.parquet.PositionReader.SourceFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import org.apache.iceberg.io.IOUtil;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.SeekableInputStream;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Dictionary;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputDecompressor;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.format.PageLocation;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ColumnPath;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.jspecify.annotations.Nullable;

/** Gets parts of one Parquet file, from the cache or else from the file. For one thread. */
final class PageSource implements AutoCloseable {
  private final SourceFile source;
  private final InputFile input;
  private final PageCache cache;
  private @Nullable SeekableInputStream stream;
  private @Nullable CompressionCodecFactory codecs;

  /** Opens the file only when something is not in the cache, and closes it with this. */
  PageSource(SourceFile source, InputFile input, PageCache cache) {
    this.source = source;
    this.input = input;
    this.cache = cache;
  }

  PageFile file() {
    return cache.get(
        input.location(),
        PageCache.Part.FILE,
        0,
        PageFile.class,
        () ->
            PageFile.read(
                new LakeInput(input), DataFileReader.constants(source.file(), source.spec())));
  }

  /** A column in the row group that has a position. */
  PageChunk chunk(PageFile file, ColumnDescriptor column, long position) throws IOException {
    int block = file.blockOf(position);
    ColumnChunkMetaData stored = find(file.footer().getBlocks().get(block), column);
    return cache.get(
        input.location(),
        PageCache.Part.CHUNK,
        stored.getStartingPos(),
        PageChunk.class,
        () -> readChunk(stored, column, file.firstRows()[block], file.firstRows()[block + 1]));
  }

  PageCells page(PageChunk chunk, int page) {
    return cache.get(
        input.location(),
        PageCache.Part.PAGE,
        chunk.offsets()[page],
        PageCells.class,
        () ->
            PageDecoder.decode(
                chunk,
                chunk.rows(page),
                read(chunk.offsets()[page], chunk.sizes()[page]),
                decompressor(chunk.codec())));
  }

  @Override
  public void close() throws IOException {
    if (codecs != null) {
      codecs.release();
    }
    if (stream != null) {
      stream.close();
    }
  }

  private PageChunk readChunk(
      ColumnChunkMetaData stored, ColumnDescriptor column, long firstRow, long endRow)
      throws IOException {
    var index = stored.getOffsetIndexReference();
    List<PageLocation> pages =
        Util.readOffsetIndex(new ByteArrayInputStream(read(index.getOffset(), index.getLength())))
            .getPage_locations();
    long[] offsets = new long[pages.size()];
    int[] sizes = new int[pages.size()];
    long[] firstRows = new long[pages.size() + 1];
    for (int page = 0; page < pages.size(); page++) {
      offsets[page] = pages.get(page).getOffset();
      sizes[page] = pages.get(page).getCompressed_page_size();
      firstRows[page] = firstRow + pages.get(page).getFirst_row_index();
    }
    firstRows[pages.size()] = endRow;
    int dictionarySize = (int) (offsets[0] - stored.getStartingPos());
    Dictionary dictionary = null;
    if (dictionarySize > 0) {
      dictionary =
          PageDecoder.decodeDictionary(
              column,
              read(stored.getStartingPos(), dictionarySize),
              decompressor(stored.getCodec()));
    }
    return new PageChunk(
        column,
        stored.getCodec(),
        offsets,
        sizes,
        firstRows,
        dictionary,
        dictionary == null ? 0 : PageDecoder.sizeBytes(column, dictionary));
  }

  private BytesInputDecompressor decompressor(CompressionCodecName codec) {
    if (codecs == null) {
      codecs =
          ParquetReadOptions.builder(new PlainParquetConfiguration()).build().getCodecFactory();
    }
    return codecs.getDecompressor(codec);
  }

  private byte[] read(long offset, int size) throws IOException {
    if (stream == null) {
      stream = input.newStream();
    }
    stream.seek(offset);
    byte[] bytes = new byte[size];
    IOUtil.readFully(stream, bytes, 0, size);
    return bytes;
  }

  private static ColumnChunkMetaData find(BlockMetaData block, ColumnDescriptor column) {
    ColumnPath path = ColumnPath.get(column.getPath());
    for (ColumnChunkMetaData chunk : block.getColumns()) {
      if (chunk.getPath().equals(path)) {
        return chunk;
      }
    }
    throw new IllegalStateException("Column " + path + " is not in all row groups");
  }
}
