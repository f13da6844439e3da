/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import static io.freshet.error.FreshetErrorCode.INVALID_CONFIGURATION;

import io.freshet.error.FreshetException;
import io.freshet.table.TableDefinition;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.util.PropertyUtil;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * What a table's properties say about its data files, with Iceberg's names, and its defaults but
 * for the size of row groups.
 *
 * @param codecConfiguration the codec's level, in the form in which parquet-java takes it
 */
record WriteSettings(
    ParquetProperties parquet,
    CompressionCodecName codec,
    Configuration codecConfiguration,
    long rowGroupSizeBytes,
    long targetFileSizeBytes,
    MetricsConfig metrics) {
  /**
   * An eighth of Iceberg's default. Engines divide a file among their tasks by row groups, and skip
   * row groups by their bounds; and all of one is in memory while it is written.
   */
  static final long DEFAULT_ROW_GROUP_SIZE_BYTES = 16L << 20;

  private static final String DICTIONARY_ENABLED = "parquet.enable.dictionary";

  static WriteSettings of(TableDefinition table, MessageType type) {
    Properties properties = new Properties(table);
    CompressionCodecName codec = properties.codec();
    return new WriteSettings(
        parquet(properties, type),
        codec,
        properties.codecConfiguration(codec),
        properties.positive(
            TableProperties.PARQUET_ROW_GROUP_SIZE_BYTES, DEFAULT_ROW_GROUP_SIZE_BYTES),
        properties.positive(
            TableProperties.WRITE_TARGET_FILE_SIZE_BYTES,
            TableProperties.WRITE_TARGET_FILE_SIZE_BYTES_DEFAULT),
        MetricsConfig.from(table.properties(), table.schema(), table.sortOrder()));
  }

  private static ParquetProperties parquet(Properties properties, MessageType type) {
    int minRows =
        properties.positiveInt(
            TableProperties.PARQUET_ROW_GROUP_CHECK_MIN_RECORD_COUNT,
            TableProperties.PARQUET_ROW_GROUP_CHECK_MIN_RECORD_COUNT_DEFAULT);
    int maxRows =
        properties.positiveInt(
            TableProperties.PARQUET_ROW_GROUP_CHECK_MAX_RECORD_COUNT,
            TableProperties.PARQUET_ROW_GROUP_CHECK_MAX_RECORD_COUNT_DEFAULT);
    ParquetProperties.Builder builder =
        ParquetProperties.builder()
            .withWriterVersion(properties.pageVersion())
            .withPageSize(
                properties.positiveInt(
                    TableProperties.PARQUET_PAGE_SIZE_BYTES,
                    TableProperties.PARQUET_PAGE_SIZE_BYTES_DEFAULT))
            .withPageRowCountLimit(
                properties.positiveInt(
                    TableProperties.PARQUET_PAGE_ROW_LIMIT,
                    TableProperties.PARQUET_PAGE_ROW_LIMIT_DEFAULT))
            .withDictionaryPageSize(
                properties.positiveInt(
                    TableProperties.PARQUET_DICT_SIZE_BYTES,
                    TableProperties.PARQUET_DICT_SIZE_BYTES_DEFAULT))
            .withDictionaryEncoding(
                PropertyUtil.propertyAsBoolean(properties.map(), DICTIONARY_ENABLED, true))
            .withMinRowCountForPageSizeCheck(minRows)
            .withMaxRowCountForPageSizeCheck(Math.max(minRows, maxRows))
            .withMaxBloomFilterBytes(
                properties.positiveInt(
                    TableProperties.PARQUET_BLOOM_FILTER_MAX_BYTES,
                    TableProperties.PARQUET_BLOOM_FILTER_MAX_BYTES_DEFAULT));
    Map<String, String> paths = properties.parquetPaths(type);
    properties.forColumns(
        TableProperties.PARQUET_BLOOM_FILTER_COLUMN_ENABLED_PREFIX,
        paths,
        (path, value) -> builder.withBloomFilterEnabled(path, Boolean.parseBoolean(value)));
    properties.forColumns(
        TableProperties.PARQUET_BLOOM_FILTER_COLUMN_FPP_PREFIX,
        paths,
        (path, value) -> builder.withBloomFilterFPP(path, Double.parseDouble(value)));
    properties.forColumns(
        TableProperties.PARQUET_BLOOM_FILTER_COLUMN_NDV_PREFIX,
        paths,
        (path, value) -> builder.withBloomFilterNDV(path, Long.parseLong(value)));
    properties.forColumns(
        TableProperties.PARQUET_COLUMN_STATS_ENABLED_PREFIX,
        paths,
        (path, value) -> builder.withStatisticsEnabled(path, Boolean.parseBoolean(value)));
    return builder.build();
  }

  /** Reads properties; what can't be read is refused with the property's name and value. */
  private record Properties(TableDefinition table) {
    Map<String, String> map() {
      return table.properties();
    }

    int positiveInt(String name, int defaultValue) {
      long value = positive(name, defaultValue);
      if (value > Integer.MAX_VALUE) {
        throw invalid(name, "use at most " + Integer.MAX_VALUE, null);
      }
      return (int) value;
    }

    long positive(String name, long defaultValue) {
      try {
        long value = PropertyUtil.propertyAsLong(map(), name, defaultValue);
        if (value > 0) {
          return value;
        }
      } catch (NumberFormatException e) {
        throw invalid(name, "use a whole number", e);
      }
      throw invalid(name, "use a number greater than 0", null);
    }

    CompressionCodecName codec() {
      String name = TableProperties.PARQUET_COMPRESSION;
      String codec =
          map().getOrDefault(name, TableProperties.PARQUET_COMPRESSION_DEFAULT_SINCE_1_4_0);
      try {
        return CompressionCodecName.valueOf(codec.toUpperCase(Locale.ROOT));
      } catch (IllegalArgumentException e) {
        throw invalid(name, "use zstd, snappy, gzip, lz4_raw or uncompressed", e);
      }
    }

    ParquetProperties.WriterVersion pageVersion() {
      String name = TableProperties.PARQUET_PAGE_VERSION;
      String version = map().getOrDefault(name, TableProperties.PARQUET_PAGE_VERSION_DEFAULT);
      try {
        return ParquetProperties.WriterVersion.fromString(version);
      } catch (IllegalArgumentException e) {
        throw invalid(name, "use v1 or v2", e);
      }
    }

    Configuration codecConfiguration(CompressionCodecName codec) {
      Configuration configuration = new Configuration(false);
      String level = map().get(TableProperties.PARQUET_COMPRESSION_LEVEL);
      if (level == null) {
        return configuration;
      }
      switch (codec) {
        case GZIP -> configuration.set("zlib.compress.level", level);
        case BROTLI -> configuration.set("compression.brotli.quality", level);
        case ZSTD -> configuration.set("parquet.compression.codec.zstd.level", level);
        default -> {
          // The other codecs have no levels; Iceberg ignores the property for them too.
        }
      }
      return configuration;
    }

    /** From each leaf column's name in the table to its path in the file. */
    Map<String, String> parquetPaths(MessageType type) {
      Map<String, String> paths = new HashMap<>();
      for (ColumnDescriptor column : type.getColumns()) {
        Type.ID id = column.getPrimitiveType().getId();
        String name = table.schema().findColumnName(id.intValue());
        if (name != null) {
          paths.put(name, String.join(".", column.getPath()));
        }
      }
      return paths;
    }

    /** Columns that the table does not have are skipped, as Iceberg does. */
    void forColumns(String prefix, Map<String, String> paths, BiConsumer<String, String> setting) {
      PropertyUtil.propertiesWithPrefix(map(), prefix)
          .forEach((column, value) -> {
            String path = paths.get(column);
            if (path != null) {
              try {
                setting.accept(path, value);
              } catch (IllegalArgumentException e) {
                throw invalid(prefix + column, "use a number in its range", e);
              }
            }
          });
    }

    private FreshetException invalid(String name, String remedy, @Nullable Throwable cause) {
      return new FreshetException(
          INVALID_CONFIGURATION,
          "Table %s has property %s = %s: %s"
              .formatted(table.name(), name, map().get(name), remedy),
          cause);
    }
  }
}
