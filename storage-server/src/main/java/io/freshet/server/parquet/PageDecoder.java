/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import static org.apache.parquet.column.ValuesType.DEFINITION_LEVEL;
import static org.apache.parquet.column.ValuesType.VALUES;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import org.apache.parquet.bytes.ByteBufferInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Dictionary;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.values.ValuesReader;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputDecompressor;
import org.apache.parquet.format.DataPageHeaderV2;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.Util;
import org.apache.parquet.io.ParquetDecodingException;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/** Decodes one page of a flat column whole. */
final class PageDecoder {
  private final PageChunk chunk;
  private final int rows;

  /** Rows without a value; null if all have one. */
  private @Nullable BitSet nulls;

  private PageDecoder(PageChunk chunk, int rows) {
    this.chunk = chunk;
    this.rows = rows;
  }

  /**
   * @param stored the page as it is in the file, with its header
   */
  static PageCells decode(
      PageChunk chunk, int rows, byte[] stored, BytesInputDecompressor decompressor)
      throws IOException {
    ByteArrayInputStream in = new ByteArrayInputStream(stored);
    PageHeader header = Util.readPageHeader(in);
    int start = stored.length - in.available();
    checkSize(header, stored.length - start);
    PageDecoder decoder = new PageDecoder(chunk, rows);
    if (header.isSetData_page_header_v2()) {
      return decoder.decodeV2(header, stored, start, decompressor);
    }
    if (!header.isSetData_page_header()) {
      throw new ParquetDecodingException("There is a page of type " + header.getType());
    }
    decoder.checkRows(header.getData_page_header().getNum_values());
    ByteBufferInputStream page =
        ByteBufferInputStream.wrap(
            decompress(
                stored,
                start,
                header.getCompressed_page_size(),
                header.getUncompressed_page_size(),
                decompressor));
    ValuesReader levels =
        encoding(header.getData_page_header().getDefinition_level_encoding())
            .getValuesReader(chunk.column(), DEFINITION_LEVEL);
    levels.initFromPage(rows, page);
    decoder.readLevels(levels);
    return decoder.decode(encoding(header.getData_page_header().getEncoding()), page);
  }

  /**
   * @param stored the page as it is in the file, with its header
   */
  static Dictionary decodeDictionary(
      ColumnDescriptor column, byte[] stored, BytesInputDecompressor decompressor)
      throws IOException {
    ByteArrayInputStream in = new ByteArrayInputStream(stored);
    PageHeader header = Util.readPageHeader(in);
    if (!header.isSetDictionary_page_header()) {
      throw new ParquetDecodingException(
          "There is a page of type " + header.getType() + " where a dictionary should be");
    }
    int start = stored.length - in.available();
    checkSize(header, stored.length - start);
    ByteBuffer values =
        decompress(
            stored,
            start,
            header.getCompressed_page_size(),
            header.getUncompressed_page_size(),
            decompressor);
    return Encoding.PLAIN.initDictionary(
        column,
        new DictionaryPage(
            BytesInput.from(values),
            header.getDictionary_page_header().getNum_values(),
            Encoding.PLAIN));
  }

  /** What a dictionary takes on the heap, about. */
  static long sizeBytes(ColumnDescriptor column, Dictionary dictionary) {
    long size = 0;
    boolean isString = !isNumber(column);
    for (int id = 0; id <= dictionary.getMaxId(); id++) {
      size += isString ? 48 + dictionary.decodeToBinary(id).length() : Long.BYTES;
    }
    return size;
  }

  private PageCells decodeV2(
      PageHeader header, byte[] stored, int start, BytesInputDecompressor decompressor)
      throws IOException {
    DataPageHeaderV2 page = header.getData_page_header_v2();
    checkRows(page.getNum_values());
    int levelBytes =
        page.getRepetition_levels_byte_length() + page.getDefinition_levels_byte_length();
    int valuesStart = start + levelBytes;
    if (page.getNum_nulls() > 0) {
      // As in version 1, but for the length, which is in the header.
      int definitionStart = start + page.getRepetition_levels_byte_length();
      ByteBuffer levels =
          ByteBuffer.allocate(Integer.BYTES + page.getDefinition_levels_byte_length());
      levels
          .order(ByteOrder.LITTLE_ENDIAN)
          .putInt(page.getDefinition_levels_byte_length())
          .put(stored, definitionStart, page.getDefinition_levels_byte_length())
          .flip();
      ValuesReader reader = Encoding.RLE.getValuesReader(chunk.column(), DEFINITION_LEVEL);
      reader.initFromPage(rows, ByteBufferInputStream.wrap(levels));
      readLevels(reader);
    }
    int storedBytes = header.getCompressed_page_size() - levelBytes;
    boolean isCompressed = !page.isSetIs_compressed() || page.isIs_compressed();
    ByteBuffer values =
        isCompressed && storedBytes > 0
            ? decompress(
                stored,
                valuesStart,
                storedBytes,
                header.getUncompressed_page_size() - levelBytes,
                decompressor)
            : ByteBuffer.wrap(stored, valuesStart, storedBytes).slice();
    return decode(encoding(page.getEncoding()), ByteBufferInputStream.wrap(values));
  }

  private void readLevels(ValuesReader levels) {
    int present = chunk.column().getMaxDefinitionLevel();
    if (present == 0) {
      return;
    }
    for (int row = 0; row < rows; row++) {
      if (levels.readInteger() != present) {
        if (nulls == null) {
          nulls = new BitSet(rows);
        }
        nulls.set(row);
      }
    }
  }

  private PageCells decode(Encoding encoding, ByteBufferInputStream page) throws IOException {
    int count = nulls == null ? rows : rows - nulls.cardinality();
    if (isNumber(chunk.column())) {
      long[] numbers = new long[count];
      readNumbers(encoding, page, numbers);
      return new PageCells.Numbers(PackedNumbers.of(spread(numbers), rows), nulls);
    }
    return strings(encoding, page, count);
  }

  private void readNumbers(Encoding encoding, ByteBufferInputStream page, long[] numbers)
      throws IOException {
    PrimitiveTypeName type = chunk.column().getPrimitiveType().getPrimitiveTypeName();
    if (encoding == Encoding.PLAIN && type != PrimitiveTypeName.BOOLEAN) {
      ByteBuffer plain = page.slice(page.available()).order(ByteOrder.LITTLE_ENDIAN);
      if (type == PrimitiveTypeName.INT64 || type == PrimitiveTypeName.DOUBLE) {
        plain.asLongBuffer().get(numbers);
      } else {
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] = plain.getInt();
        }
      }
      return;
    }
    ValuesReader values = values(encoding, page);
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] =
          switch (type) {
            case BOOLEAN -> values.readBoolean() ? 1 : 0;
            case INT32 -> values.readInteger();
            case INT64 -> values.readLong();
            case FLOAT -> Float.floatToRawIntBits(values.readFloat());
            default -> Double.doubleToRawLongBits(values.readDouble());
          };
    }
  }

  private PageCells strings(Encoding encoding, ByteBufferInputStream page, int count)
      throws IOException {
    StringsBuilder strings = new StringsBuilder(count);
    if (encoding.usesDictionary()) {
      ValuesReader ids = values(encoding, page);
      Dictionary dictionary = dictionary();
      int[] valueOfId = new int[dictionary.getMaxId() + 1];
      Arrays.fill(valueOfId, StringsBuilder.NONE);
      for (int i = 0; i < count; i++) {
        int id = ids.readValueDictionaryId();
        if (valueOfId[id] == StringsBuilder.NONE) {
          valueOfId[id] = strings.add(dictionary.decodeToBinary(id).toByteBuffer());
        }
        strings.next(valueOfId[id]);
      }
    } else if (encoding == Encoding.PLAIN) {
      ByteBuffer plain = page.slice(page.available()).order(ByteOrder.LITTLE_ENDIAN);
      boolean isFixed =
          chunk.column().getPrimitiveType().getPrimitiveTypeName() != PrimitiveTypeName.BINARY;
      int fixedLength = chunk.column().getPrimitiveType().getTypeLength();
      for (int i = 0; i < count; i++) {
        strings.next(strings.add(plain, isFixed ? fixedLength : plain.getInt()));
      }
    } else {
      ValuesReader values = values(encoding, page);
      for (int i = 0; i < count; i++) {
        strings.next(strings.add(values.readBytes().toByteBuffer()));
      }
    }
    return new PageCells.Strings(
        strings.values(),
        strings.starts(),
        PackedNumbers.of(spread(strings.ofRows()), rows),
        nulls);
  }

  private ValuesReader values(Encoding encoding, ByteBufferInputStream page) throws IOException {
    ValuesReader values =
        encoding.usesDictionary()
            ? encoding.getDictionaryBasedValuesReader(chunk.column(), VALUES, dictionary())
            : encoding.getValuesReader(chunk.column(), VALUES);
    values.initFromPage(rows, page);
    return values;
  }

  private Dictionary dictionary() {
    Dictionary dictionary = chunk.dictionary();
    if (dictionary == null) {
      throw new ParquetDecodingException(chunk.column() + " has no dictionary, but pages use one");
    }
    return dictionary;
  }

  /** A number for each row, of which those without a value have any. */
  private long[] spread(long[] ofValues) {
    if (nulls == null) {
      return ofValues;
    }
    long[] ofRows = new long[rows];
    int next = 0;
    long last = ofValues.length == 0 ? 0 : ofValues[0];
    for (int row = 0; row < rows; row++) {
      if (!nulls.get(row)) {
        last = ofValues[next++];
      }
      ofRows[row] = last;
    }
    return ofRows;
  }

  private void checkRows(int values) {
    if (values != rows) {
      throw new ParquetDecodingException(
          "A page of " + chunk.column() + " has " + values + " values instead of " + rows);
    }
  }

  private static void checkSize(PageHeader header, int left) {
    if (header.getCompressed_page_size() > left) {
      throw new ParquetDecodingException(
          "A page has "
              + header.getCompressed_page_size()
              + " bytes, of which "
              + left
              + " are where the file's index says");
    }
  }

  private static ByteBuffer decompress(
      byte[] stored, int start, int size, int decompressedSize, BytesInputDecompressor decompressor)
      throws IOException {
    return ByteBuffer.wrap(
        decompressor
            .decompress(BytesInput.from(stored, start, size), decompressedSize)
            .toByteArray());
  }

  private static boolean isNumber(ColumnDescriptor column) {
    return switch (column.getPrimitiveType().getPrimitiveTypeName()) {
      case BOOLEAN, INT32, INT64, FLOAT, DOUBLE -> true;
      case BINARY, FIXED_LEN_BYTE_ARRAY, INT96 -> false;
    };
  }

  private static Encoding encoding(org.apache.parquet.format.Encoding stored) {
    return Encoding.valueOf(stored.name());
  }
}
