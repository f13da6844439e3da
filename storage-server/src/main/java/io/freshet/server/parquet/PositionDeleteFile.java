/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import io.freshet.overlay.PositionBitmap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.MetricsUtil;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.parquet.ParquetUtil;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;

/** Position deletes of format version 2 for one data file each. */
public final class PositionDeleteFile {
  private static final Set<Integer> COLUMNS =
      Set.of(MetadataColumns.DELETE_FILE_PATH.fieldId(), MetadataColumns.DELETE_FILE_POS.fieldId());

  private PositionDeleteFile() {}

  /**
   * Writes a file, which is complete when this returns, and describes it for a commit. If it fails,
   * a part of the file may stay.
   *
   * @param layout a file with the spec and partition of the data file
   */
  public static DeleteFile write(
      FileIO io,
      String location,
      String dataFile,
      PartitionSpec spec,
      ContentFile<?> layout,
      PositionBitmap positions) {
    LakeOutput output = new LakeOutput(io.newOutputFile(location), created -> {});
    try (PositionDeletePages writer = new PositionDeletePages(output, dataFile)) {
      positions.forEach(writer::append);
      ParquetMetadata footer = writer.finish();
      return FileMetadata.deleteFileBuilder(spec)
          .ofPositionDeletes()
          .withFormat(FileFormat.PARQUET)
          .withPath(location)
          .withPartition(layout.partition())
          .withSplitOffsets(ParquetUtil.getSplitOffsets(footer))
          .withFileSizeInBytes(writer.finishedSizeBytes())
          .withMetrics(metrics(footer))
          .build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Equal bounds of the path, not shortened, are how readers find the file's only data file. */
  private static Metrics metrics(ParquetMetadata footer) {
    Metrics all =
        ParquetUtil.footerMetrics(footer, Stream.empty(), MetricsConfig.forPositionDelete());
    return MetricsUtil.copyWithoutFieldCounts(all, COLUMNS);
  }
}
