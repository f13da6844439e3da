/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server;

import static io.freshet.error.FreshetErrorCode.DATA_FOLDER_IN_USE;
import static io.freshet.error.FreshetErrorCode.INVALID_CONFIGURATION;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.error.FreshetException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The folder that holds everything a server keeps, held by one server at a time:
 *
 * <pre>
 * LOCK     locked while a server runs; says which process
 * EPOCH    how often a server has started here, which is its epoch
 * transactions/  one folder per table, in it its transaction record
 * tables/  one JSON file per table
 * log/     one folder per table, in it one per bucket
 * index/   key indexes, likewise; can be made again from lake and log
 * lake/    the embedded lake catalog and its warehouse, unless another lake is configured
 * </pre>
 */
final class DataFolder implements AutoCloseable {
  private final Path folder;
  private final FileChannel lockFile;
  private final long epoch;

  private DataFolder(Path folder, FileChannel lockFile, long epoch) {
    this.folder = folder;
    this.lockFile = lockFile;
    this.epoch = epoch;
  }

  /** Takes the folder, making it if need be, and starts the next epoch. */
  static DataFolder open(Path folder) {
    try {
      Files.createDirectories(folder);
      FileChannel lockFile =
          FileChannel.open(
              folder.resolve("LOCK"),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      try {
        if (tryLock(lockFile) == null) {
          throw FreshetException.of(
              DATA_FOLDER_IN_USE,
              "Data folder %s is in use by the server with process id %s: stop that one, or start this"
                  + " one with another --data folder",
              folder,
              read(lockFile));
        }
        write(lockFile, Long.toString(ProcessHandle.current().pid()));
        return new DataFolder(folder, lockFile, nextEpoch(folder));
      } catch (IOException | RuntimeException e) {
        lockFile.close();
        throw e;
      }
    } catch (IOException e) {
      throw new FreshetException(
          INVALID_CONFIGURATION,
          String.format("Can't use data folder %s: %s", folder, e.getMessage()),
          e);
    }
  }

  long epoch() {
    return epoch;
  }

  Path folder() {
    return folder;
  }

  Path tables() {
    return folder.resolve("tables");
  }

  Path log() {
    return folder.resolve("log");
  }

  Path index() {
    return folder.resolve("index");
  }

  Path transactions() {
    return folder.resolve("transactions");
  }

  @Override
  public void close() throws IOException {
    lockFile.close();
  }

  private static @Nullable FileLock tryLock(FileChannel lockFile) throws IOException {
    try {
      return lockFile.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // Another server in this process has it.
    }
  }

  private static long nextEpoch(Path folder) throws IOException {
    Path file = folder.resolve("EPOCH");
    long next = Files.exists(file) ? Long.parseLong(Files.readString(file).strip()) + 1 : 1;
    Path written = folder.resolve("EPOCH.next");
    try (FileChannel channel =
        FileChannel.open(
            written,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      write(channel, Long.toString(next));
    }
    Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return next;
  }

  private static String read(FileChannel file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(32);
    file.read(bytes, 0);
    return new String(bytes.array(), 0, bytes.position(), UTF_8).strip();
  }

  private static void write(FileChannel file, String text) throws IOException {
    file.truncate(0);
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
    while (bytes.hasRemaining()) {
      file.write(bytes, file.size());
    }
    file.force(true);
  }
}
