/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.keys;

import static io.freshet.error.FreshetErrorCode.LOG_WRITE_FAILED;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_READY;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.freshet.error.FreshetException;
import io.freshet.server.log.Disk;
import io.freshet.server.log.DiskFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The numbers that a table gives to its lake files, which locations are made of. A number is
 * durable before it is used, and never used again.
 *
 * <p>Stored in a file, one record after the other; a file's number is how many come before it:
 *
 * <pre>
 * 4 little endian  bytes of the location
 * 4 little endian  CRC-32C of the location
 * n                the location in UTF-8
 * </pre>
 *
 * <p>Safe for use by many threads.
 */
public final class LakeFileNumbers {
  private final Disk disk;
  private final String path;
  private final List<String> locations = new ArrayList<>();
  private final Map<String, Integer> numbers = new HashMap<>();
  private long validBytes;
  private boolean isClosed;

  private LakeFileNumbers(Disk disk, String path) {
    this.disk = disk;
    this.path = path;
  }

  /** Starts without any file. Blocking. */
  static LakeFileNumbers create(Disk disk, String path) throws IOException {
    disk.create(path).close();
    return new LakeFileNumbers(disk, path);
  }

  /**
   * Reads what was stored. Blocking.
   *
   * @return empty if a part of it is damaged: nobody can tell an end that a crash has torn from
   *     numbers that are in use
   */
  static Optional<LakeFileNumbers> open(Disk disk, String path) throws IOException {
    LakeFileNumbers opened = new LakeFileNumbers(disk, path);
    ByteBuffer in = ByteBuffer.allocate(Math.toIntExact(disk.sizeBytes(path))).order(LITTLE_ENDIAN);
    disk.read(path, 0, in);
    in.flip();
    while (opened.readOne(in)) {
      opened.validBytes = in.position();
    }
    if (opened.validBytes < in.limit()) {
      return Optional.empty();
    }
    try (DiskFile file = disk.open(path)) {
      // What a failed sync has left is only in memory, and a later sync would pass it over.
      file.rewrite(0, in.flip());
      file.force();
    }
    return Optional.of(opened);
  }

  /** The location of the file with that number. */
  public synchronized String location(int number) {
    return locations.get(number);
  }

  /** How many files have a number. */
  synchronized int size() {
    return locations.size();
  }

  /** The numbers of files, which get one if they have none. Blocking. */
  public synchronized Map<String, Integer> numbers(Collection<String> files) {
    ByteArrayOutputStream added = new ByteArrayOutputStream();
    List<String> newFiles =
        files.stream().distinct().filter(file -> !numbers.containsKey(file)).toList();
    newFiles.forEach(file -> write(added, file));
    if (!newFiles.isEmpty()) {
      checkOpen();
      store(added.toByteArray());
      newFiles.forEach(this::add);
    }
    Map<String, Integer> found = new HashMap<>();
    files.forEach(file -> found.put(file, numbers.get(file)));
    return found;
  }

  /** The number of a file, which gets one if it has none. Blocking. */
  public int number(String file) {
    return requireNonNull(numbers(List.of(file)).get(file), file);
  }

  /** Gives no new numbers from now on: the file belongs to whoever opens it next. */
  synchronized void close() {
    isClosed = true;
  }

  private void checkOpen() {
    if (isClosed) {
      throw FreshetException.of(
          TABLE_NOT_READY,
          "Lake files get no numbers in %s any more, as their table was closed: try again after a pause",
          disk.locate(path));
    }
  }

  private void store(byte[] records) {
    try (DiskFile file = disk.open(path)) {
      if (file.sizeBytes() != validBytes) {
        file.truncate(validBytes); // What a failed write has left.
      }
      file.append(new ByteBuffer[] {ByteBuffer.wrap(records)});
      file.force();
      validBytes += records.length;
    } catch (IOException e) {
      throw new FreshetException(
          LOG_WRITE_FAILED,
          String.format(
              "Cannot store the numbers of lake files in %s: %s. Free some space or check the disk; it will"
                  + " be tried again.",
              disk.locate(path), e.getMessage()),
          e);
    }
  }

  private boolean readOne(ByteBuffer in) {
    try {
      byte[] location = new byte[Math.max(0, Math.min(in.getInt(), in.remaining()))];
      int checksum = in.getInt();
      in.get(location);
      if (location.length == 0 || checksum(location) != checksum) {
        return false;
      }
      add(new String(location, UTF_8));
      return true;
    } catch (BufferUnderflowException e) {
      return false;
    }
  }

  private void add(String location) {
    numbers.put(location, locations.size());
    locations.add(location);
  }

  private static void write(ByteArrayOutputStream out, String location) {
    byte[] bytes = location.getBytes(UTF_8);
    ByteBuffer header = ByteBuffer.allocate(8).order(LITTLE_ENDIAN);
    header.putInt(bytes.length).putInt(checksum(bytes));
    out.writeBytes(header.array());
    out.writeBytes(bytes);
  }

  private static int checksum(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes);
    return (int) checksum.getValue();
  }
}
