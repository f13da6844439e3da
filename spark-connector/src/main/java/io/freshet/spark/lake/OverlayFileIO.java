/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.lake;

import java.util.Map;
import org.apache.iceberg.inmemory.InMemoryInputFile;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.util.SerializableMap;

/**
 * The lake's files, and the deletion vectors of overlays under locations that only this class
 * knows. It travels to the executors with the vectors in it. Reads only.
 */
final class OverlayFileIO implements FileIO {
  private static final long serialVersionUID = 1L;

  private final FileIO lakeFiles;
  private final SerializableMap<String, byte[]> vectors;

  /**
   * @param lakeFiles borrowed on the driver; a copy that was sent to an executor owns its own
   * @param vectors deletion vectors by made-up location
   */
  OverlayFileIO(FileIO lakeFiles, Map<String, byte[]> vectors) {
    this.lakeFiles = lakeFiles;
    this.vectors = SerializableMap.copyOf(vectors);
  }

  @Override
  public InputFile newInputFile(String location) {
    byte[] vector = vectors.get(location);
    return vector == null
        ? lakeFiles.newInputFile(location)
        : new InMemoryInputFile(location, vector);
  }

  @Override
  public InputFile newInputFile(String location, long length) {
    byte[] vector = vectors.get(location);
    return vector == null
        ? lakeFiles.newInputFile(location, length)
        : new InMemoryInputFile(location, vector);
  }

  @Override
  public OutputFile newOutputFile(String location) {
    throw readOnly(location);
  }

  @Override
  public void deleteFile(String location) {
    throw readOnly(location);
  }

  @Override
  public Map<String, String> properties() {
    return lakeFiles.properties();
  }

  @Override
  public void close() {
    lakeFiles.close();
  }

  private static UnsupportedOperationException readOnly(String location) {
    return new UnsupportedOperationException(
        "Cannot write or delete " + location + ": the base of a union snapshot is only read");
  }
}
