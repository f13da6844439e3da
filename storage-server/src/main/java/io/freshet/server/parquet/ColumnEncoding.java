/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.column.values.ValuesWriter;
import org.apache.parquet.column.values.bloomfilter.BlockSplitBloomFilter;
import org.apache.parquet.column.values.bloomfilter.BloomFilter;
import org.apache.parquet.column.values.factory.DefaultV1ValuesWriterFactory;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/** How one column is encoded: the table's settings for it, and parquet-java's writers for those. */
final class ColumnEncoding {
  private final ColumnDescriptor column;
  private final ParquetProperties properties;

  ColumnEncoding(ColumnDescriptor column, ParquetProperties properties) {
    this.column = column;
    this.properties = properties;
  }

  ColumnDescriptor column() {
    return column;
  }

  ParquetProperties properties() {
    return properties;
  }

  boolean isVersion2() {
    return properties.getWriterVersion() == ParquetProperties.WriterVersion.PARQUET_2_0;
  }

  int maxDictionaryBytes() {
    return properties.getDictionaryPageSizeThreshold();
  }

  boolean mayUseDictionary() {
    PrimitiveTypeName type = column.getPrimitiveType().getPrimitiveTypeName();
    return properties.isDictionaryEnabled(column)
        && type != PrimitiveTypeName.BOOLEAN
        && (isVersion2() || type != PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY);
  }

  /** The writer of values that don't go through a dictionary. */
  ValuesWriter newPlainWriter() {
    return ParquetProperties.copy(properties)
        .withDictionaryEncoding(false)
        .build()
        .newValuesWriter(column);
  }

  /** A writer in plain encoding, whatever the page version: that of dictionary entries. */
  ValuesWriter newEntriesWriter() {
    ParquetProperties plain =
        ParquetProperties.copy(properties).withDictionaryEncoding(false).build();
    DefaultV1ValuesWriterFactory factory = new DefaultV1ValuesWriterFactory();
    factory.initialize(plain);
    return factory.newValuesWriter(column);
  }

  /** A new Bloom filter for one column chunk, or null if the table asks for none. */
  @Nullable BloomFilter newBloomFilter() {
    if (!properties.isBloomFilterEnabled(column)) {
      return null;
    }
    int maxBytes = properties.getMaxBloomFilterBytes();
    if (properties.getBloomFilterNDV(column).isPresent()) {
      int bits =
          BlockSplitBloomFilter.optimalNumOfBits(
              properties.getBloomFilterNDV(column).getAsLong(),
              properties.getBloomFilterFPP(column).orElseThrow());
      return new BlockSplitBloomFilter(bits / 8, maxBytes);
    }
    return new BlockSplitBloomFilter(maxBytes, maxBytes);
  }
}
