/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.lake;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.SeekableInputStream;
import org.jspecify.annotations.Nullable;

/** A file to read. Its length is looked up once, unless the caller knew it. */
final class LocalInputFile implements InputFile {
  private final String location;
  private final Path path;
  private @Nullable Long length;

  LocalInputFile(String location) {
    this.location = location;
    this.path = LocalLocation.path(location);
  }

  LocalInputFile(String location, long length) {
    this(location);
    this.length = length;
  }

  @Override
  public String location() {
    return location;
  }

  @Override
  public boolean exists() {
    return Files.isRegularFile(path);
  }

  @Override
  public long getLength() {
    Long known = length;
    if (known == null) {
      try {
        known = Files.size(path);
      } catch (NoSuchFileException e) {
        throw notFound(e);
      } catch (IOException e) {
        throw new RuntimeIOException(e, "Cannot read the size of file %s", location);
      }
      length = known;
    }
    return known;
  }

  @Override
  public SeekableInputStream newStream() {
    try {
      return new LocalInputStream(location, FileChannel.open(path, StandardOpenOption.READ));
    } catch (NoSuchFileException e) {
      throw notFound(e);
    } catch (IOException e) {
      throw new RuntimeIOException(e, "Cannot open file %s", location);
    }
  }

  @Override
  public String toString() {
    return location;
  }

  private NotFoundException notFound(NoSuchFileException cause) {
    return new NotFoundException(cause, "File does not exist: %s", location);
  }
}
