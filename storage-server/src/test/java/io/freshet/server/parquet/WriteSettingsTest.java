/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.table.TableDefinition;
import io.freshet.table.TableName;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.types.Types;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.junit.jupiter.api.Test;

final class WriteSettingsTest {
  private static final Schema SCHEMA =
      new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));

  @Test
  void aTableThatSaysNothingHasSmallRowGroupsAndElseIcebergsDefaults() {
    WriteSettings settings = settings(Map.of());

    assertThat(settings.rowGroupSizeBytes()).isEqualTo(16_777_216);
    assertThat(settings.targetFileSizeBytes()).isEqualTo(536_870_912);
    assertThat(settings.codec()).isEqualTo(CompressionCodecName.ZSTD);
    assertThat(settings.parquet().getPageSizeThreshold()).isEqualTo(1_048_576);
    assertThat(settings.parquet().getDictionaryPageSizeThreshold()).isEqualTo(2_097_152);
  }

  @Test
  void propertiesOfTheTableAreHonoured() {
    WriteSettings settings =
        settings(
            Map.of(
                "write.parquet.row-group-size-bytes", "134217728",
                "write.parquet.page-size-bytes", "65536",
                "write.parquet.dict-size-bytes", "1000",
                "write.parquet.compression-codec", "snappy",
                "write.target-file-size-bytes", "1000000"));

    assertThat(settings.rowGroupSizeBytes()).isEqualTo(134_217_728);
    assertThat(settings.targetFileSizeBytes()).isEqualTo(1_000_000);
    assertThat(settings.codec()).isEqualTo(CompressionCodecName.SNAPPY);
    assertThat(settings.parquet().getPageSizeThreshold()).isEqualTo(65_536);
    assertThat(settings.parquet().getDictionaryPageSizeThreshold()).isEqualTo(1000);
  }

  private static WriteSettings settings(Map<String, String> properties) {
    TableDefinition table =
        new TableDefinition(
            TableName.parse("test.rows"),
            SCHEMA,
            PartitionSpec.unpartitioned(),
            SortOrder.unsorted(),
            1,
            List.of(),
            properties);
    return WriteSettings.of(table, ParquetSchemaUtil.convert(SCHEMA, "table"));
  }
}
