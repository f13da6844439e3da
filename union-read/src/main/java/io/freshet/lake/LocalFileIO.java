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
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.BulkDeletionFailureException;
import org.apache.iceberg.io.DelegateFileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.util.SerializableMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Iceberg's files on a local disk, written durably: closing an output stream returns after the
 * file's bytes, its name and the folders made for it are synced. Unlike Hadoop's local file system
 * it writes no checksum files.
 *
 * <p>Locations are {@code file:/x}, {@code file:///x} or {@code /x}, and are not URL-decoded. A
 * prefix stands for a folder. Deleting what is not there does nothing.
 */
public final class LocalFileIO implements DelegateFileIO {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(LocalFileIO.class);

  private final DiskSync sync;
  private SerializableMap<String, String> properties = SerializableMap.copyOf(Map.of());

  public LocalFileIO() {
    this(Fsync.INSTANCE);
  }

  LocalFileIO(DiskSync sync) {
    this.sync = sync;
  }

  @Override
  public void initialize(Map<String, String> newProperties) {
    properties = SerializableMap.copyOf(newProperties);
  }

  @Override
  public Map<String, String> properties() {
    return properties.immutableMap();
  }

  @Override
  public InputFile newInputFile(String location) {
    return new LocalInputFile(location);
  }

  @Override
  public InputFile newInputFile(String location, long length) {
    return new LocalInputFile(location, length);
  }

  @Override
  public OutputFile newOutputFile(String location) {
    return new LocalOutputFile(location, sync);
  }

  @Override
  public void deleteFile(String location) {
    try {
      Files.deleteIfExists(LocalLocation.path(location));
    } catch (IOException e) {
      throw new RuntimeIOException(e, "Cannot delete file %s", location);
    }
  }

  @Override
  public void deleteFiles(Iterable<String> locations) throws BulkDeletionFailureException {
    int failures = 0;
    for (String location : locations) {
      try {
        deleteFile(location);
      } catch (RuntimeIOException e) {
        LOG.warn("Cannot delete file {}, going on with the others", location, e);
        failures++;
      }
    }
    if (failures > 0) {
      throw new BulkDeletionFailureException(failures);
    }
  }

  @Override
  public Iterable<FileInfo> listPrefix(String prefix) {
    Path folder = LocalLocation.path(prefix);
    String start = prefix.endsWith("/") ? prefix : prefix + "/";
    List<FileInfo> files = new ArrayList<>();
    walk(
        folder,
        new FolderVisitor() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            String location = start + folder.relativize(file);
            long createdAtMillis = attributes.creationTime().toMillis();
            files.add(new FileInfo(location, attributes.size(), createdAtMillis));
            return FileVisitResult.CONTINUE;
          }
        });
    return files;
  }

  @Override
  public void deletePrefix(String prefix) {
    walk(
        LocalLocation.path(prefix),
        new FolderVisitor() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.deleteIfExists(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  @Override
  public void close() {}

  private static void walk(Path folder, FolderVisitor visitor) {
    try {
      Files.walkFileTree(folder, visitor);
    } catch (IOException e) {
      throw new RuntimeIOException(e, "Cannot walk through folder %s", folder);
    }
  }

  /** Passes over what others delete during the walk. */
  private static class FolderVisitor extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
      if (failure instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw failure;
    }
  }
}
