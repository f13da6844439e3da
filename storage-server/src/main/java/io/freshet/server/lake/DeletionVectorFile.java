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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.puffin.Blob;
import org.apache.iceberg.puffin.BlobMetadata;
import org.apache.iceberg.puffin.Puffin;
import org.apache.iceberg.puffin.PuffinWriter;
import org.apache.iceberg.puffin.StandardBlobTypes;

/**
 * A Puffin file of deletion vectors that is being written. It comes to be with the first of them.
 */
final class DeletionVectorFile implements AutoCloseable {
  private static final String CREATED_BY = "Freshet";
  private static final long INHERITED = -1;
  private static final String REFERENCED_DATA_FILE = "referenced-data-file";
  private static final String CARDINALITY = "cardinality";

  private final PuffinWriter writer;
  private final List<Vector> vectors = new ArrayList<>();

  private record Vector(
      String dataFile, PartitionSpec spec, StructLike partition, long positions, BlobMetadata at) {}

  DeletionVectorFile(FileIO io, String location) {
    writer = Puffin.write(io.newOutputFile(location)).createdBy(CREATED_BY).build();
  }

  /** Adds the vector of a data file, whose spec and partition it shares. */
  void add(String dataFile, PartitionSpec spec, StructLike partition, PositionBitmap positions) {
    long cardinality = positions.cardinality();
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
    vectors.add(new Vector(dataFile, spec, partition, cardinality, at));
  }

  /** Ends the file, which is durable then, and describes its vectors for a commit. */
  List<DeleteFile> finish() {
    close();
    List<DeleteFile> files = new ArrayList<>();
    for (Vector vector : vectors) {
      files.add(
          FileMetadata.deleteFileBuilder(vector.spec())
              .ofPositionDeletes()
              .withFormat(FileFormat.PUFFIN)
              .withPath(writer.location())
              .withPartition(vector.partition())
              .withFileSizeInBytes(writer.fileSize())
              .withReferencedDataFile(vector.dataFile())
              .withContentOffset(vector.at().offset())
              .withContentSizeInBytes(vector.at().length())
              .withRecordCount(vector.positions())
              .build());
    }
    return files;
  }

  @Override
  public void close() {
    try {
      writer.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
