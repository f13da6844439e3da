/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.view;

import io.freshet.overlay.PositionBitmap;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.deletes.PositionDelete;
import org.apache.iceberg.deletes.PositionDeleteWriter;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.parquet.Parquet;

/** Position deletes of format version 2 for one data file each. */
final class PositionDeleteFile {
  private PositionDeleteFile() {}

  /**
   * Writes a file.
   *
   * @param layout a file with the spec and partition of the data file
   */
  static DeleteFile write(
      FileIO io,
      String location,
      String dataFile,
      PartitionSpec spec,
      ContentFile<?> layout,
      PositionBitmap positions) {
    try {
      PositionDeleteWriter<StructLike> writer =
          Parquet.writeDeletes(io.newOutputFile(location))
              .withSpec(spec)
              .withPartition(layout.partition())
              .createWriterFunc(GenericParquetWriter::create)
              .buildPositionWriter();
      try (writer) {
        PositionDelete<StructLike> delete = PositionDelete.create();
        positions.forEach(position -> writer.write(delete.set(dataFile, position)));
      }
      return writer.toDeleteFile();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
