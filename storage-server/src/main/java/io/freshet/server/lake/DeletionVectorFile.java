/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import io.freshet.overlay.DeletionVectorV1;
import io.freshet.overlay.PositionBitmap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.puffin.Blob;
import org.apache.iceberg.puffin.BlobMetadata;
import org.apache.iceberg.puffin.Puffin;
import org.apache.iceberg.puffin.PuffinWriter;
import org.apache.iceberg.puffin.StandardBlobTypes;

/**
 * Puffin files with the deletion vector of one data file each. Iceberg lets vectors share a file,
 * but its incremental expiry deletes a shared one as soon as one of its vectors is replaced, and
 * some engines tell delete files apart by their path alone.
 */
public final class DeletionVectorFile {
  private static final String CREATED_BY = "Freshet";
  private static final long INHERITED = -1;
  private static final String REFERENCED_DATA_FILE = "referenced-data-file";
  private static final String CARDINALITY = "cardinality";

  private DeletionVectorFile() {}

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
    long cardinality = positions.cardinality();
    try (PuffinWriter writer =
        Puffin.write(io.newOutputFile(location)).createdBy(CREATED_BY).build()) {
      BlobMetadata at =
          writer.write(
              new Blob(
                  StandardBlobTypes.DV_V1,
                  List.of(MetadataColumns.ROW_POSITION.fieldId()),
                  INHERITED,
                  INHERITED,
                  ByteBuffer.wrap(DeletionVectorV1.serialize(positions)),
                  null,
                  Map.of(REFERENCED_DATA_FILE, dataFile, CARDINALITY, Long.toString(cardinality))));
      writer.close();
      return FileMetadata.deleteFileBuilder(spec)
          .ofPositionDeletes()
          .withFormat(FileFormat.PUFFIN)
          .withPath(location)
          .withPartition(layout.partition())
          .withFileSizeInBytes(writer.fileSize())
          .withReferencedDataFile(dataFile)
          .withContentOffset(at.offset())
          .withContentSizeInBytes(at.length())
          .withRecordCount(cardinality)
          .build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
