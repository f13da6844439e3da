/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.view;

import static io.freshet.error.FreshetErrorCode.UNSUPPORTED;

import io.freshet.error.FreshetException;
import io.freshet.overlay.DeletionVectorV1;
import io.freshet.overlay.PositionBitmap;
import io.freshet.protocol.FileOverlay;
import io.freshet.server.lake.BaseFiles;
import io.freshet.server.lake.DeletionVectorFile;
import io.freshet.server.parquet.PositionDeleteFile;
import io.freshet.table.TableName;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableMetadata;

/** The version of the Iceberg format that a warehouse speaks. */
public enum Dialect {
  /** Deletion vectors, merged with those of the lake. */
  V3(3) {
    @Override
    void check(TableName table, Schema schema) {}

    @Override
    BaseInDialect base(
        String metadataLocation,
        TableMetadata lake,
        BaseFiles base,
        Version2Bases version2,
        NewFiles files) {
      TableMetadata trimmed = TrimmedMetadata.at(lake, lake.currentSnapshot(), List.of(), 0);
      return new BaseInDialect(metadataLocation, trimmed, base, Set.of());
    }

    @Override
    PositionBitmap positions(FileOverlay overlay) {
      return DeletionVectorV1.deserialize(
          overlay.mergedVector(), "the overlay of " + overlay.dataFile());
    }

    @Override
    List<DeleteFile> replaced(BaseFiles base, String dataFile) {
      return base.deletesOnlyOf(dataFile);
    }

    @Override
    DeleteFile write(
        NewFiles files,
        String dataFile,
        PartitionSpec spec,
        ContentFile<?> layout,
        PositionBitmap positions) {
      return DeletionVectorFile.write(
          files.io(), files.addUnique("-deletes.puffin"), dataFile, spec, layout, positions);
    }
  },

  /** Parquet position deletes, also in the place of the lake's deletion vectors. */
  V2(2) {
    @Override
    void check(TableName table, Schema schema) {
      try {
        Schema.checkCompatibility(schema, formatVersion());
      } catch (IllegalStateException e) {
        throw new FreshetException(
            UNSUPPORTED,
            String.format(
                "Table %s can't be read in version 2 of the Iceberg format: %s. Read it in the"
                    + " warehouse of version 3.",
                table, String.valueOf(e.getMessage()).replaceAll("\\s+", " ")),
            e);
      }
    }

    @Override
    BaseInDialect base(
        String metadataLocation,
        TableMetadata lake,
        BaseFiles base,
        Version2Bases version2,
        NewFiles files) {
      return version2.convert(metadataLocation, lake, base, files);
    }

    @Override
    PositionBitmap positions(FileOverlay overlay) {
      return overlay.positions();
    }

    @Override
    List<DeleteFile> replaced(BaseFiles base, String dataFile) {
      return List.of(); // A data file may have many position delete files.
    }

    @Override
    DeleteFile write(
        NewFiles files,
        String dataFile,
        PartitionSpec spec,
        ContentFile<?> layout,
        PositionBitmap positions) {
      return PositionDeleteFile.write(
          files.io(), files.addUnique("-deletes.parquet"), dataFile, spec, layout, positions);
    }
  };

  private final int formatVersion;

  Dialect(int formatVersion) {
    this.formatVersion = formatVersion;
  }

  int formatVersion() {
    return formatVersion;
  }

  /** Refuses what this version has no word for. */
  abstract void check(TableName table, Schema schema);

  /**
   * Shows a base of the lake.
   *
   * @param version2 makes those of version 2
   */
  abstract BaseInDialect base(
      String metadataLocation,
      TableMetadata lake,
      BaseFiles base,
      Version2Bases version2,
      NewFiles files);

  /** The positions that a delete file for an overlay has. */
  abstract PositionBitmap positions(FileOverlay overlay);

  /** Delete files of the base that make way for the one of the overlay. */
  abstract List<DeleteFile> replaced(BaseFiles base, String dataFile);

  /**
   * Writes the deletes of one data file.
   *
   * @param layout a file with the spec and partition of the data file
   */
  abstract DeleteFile write(
      NewFiles files,
      String dataFile,
      PartitionSpec spec,
      ContentFile<?> layout,
      PositionBitmap positions);
}
