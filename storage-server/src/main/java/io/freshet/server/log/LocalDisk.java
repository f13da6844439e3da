/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.log;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.stream.Stream;

/** A folder of the local file system. */
public final class LocalDisk implements Disk {
  private final Path root;

  public LocalDisk(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  @Override
  public void createFolder(String folder) throws IOException {
    ArrayDeque<Path> missing = new ArrayDeque<>();
    for (Path path = resolve(folder);
        path != null && !Files.isDirectory(path);
        path = path.getParent()) {
      missing.push(path);
    }
    for (Path path : missing) {
      // Two buckets of a table may be opened at the same time, and make the table's folder both.
      Files.createDirectories(path);
      Path parent = path.getParent();
      if (parent != null) {
        forceFolder(parent);
      }
    }
  }

  @Override
  public List<String> list(String folder) throws IOException {
    Path path = resolve(folder);
    if (!Files.isDirectory(path)) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(path)) {
      return children.map(child -> String.valueOf(child.getFileName())).sorted().toList();
    }
  }

  @Override
  public DiskFile create(String path) throws IOException {
    return new LocalFile(FileChannel.open(resolve(path), WRITE, CREATE, TRUNCATE_EXISTING));
  }

  @Override
  public DiskFile open(String path) throws IOException {
    FileChannel channel = FileChannel.open(resolve(path), WRITE);
    try {
      channel.position(channel.size());
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    return new LocalFile(channel);
  }

  @Override
  public long sizeBytes(String path) throws IOException {
    return Files.size(resolve(path));
  }

  @Override
  public ByteBuffer map(String path, long position, int sizeBytes) throws IOException {
    try (FileChannel channel = FileChannel.open(resolve(path), READ)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, position, sizeBytes);
    }
  }

  @Override
  public void read(String path, long position, ByteBuffer target) throws IOException {
    try (FileChannel channel = FileChannel.open(resolve(path), READ)) {
      long from = position;
      while (target.hasRemaining()) {
        int count = channel.read(target, from);
        if (count < 0) {
          throw new EOFException(
              String.format(
                  "%s ends at byte %d, %d more expected", path, from, target.remaining()));
        }
        from += count;
      }
    }
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Files.move(resolve(from), resolve(to), ATOMIC_MOVE);
  }

  @Override
  public void delete(String path) throws IOException {
    Files.deleteIfExists(resolve(path));
  }

  @Override
  public void forceFolder(String folder) throws IOException {
    forceFolder(resolve(folder));
  }

  @Override
  public String locate(String path) {
    return resolve(path).toString();
  }

  private Path resolve(String path) {
    return root.resolve(path);
  }

  private static void forceFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, READ)) {
      channel.force(true);
    }
  }

  private static final class LocalFile implements DiskFile {
    private final FileChannel channel;

    LocalFile(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public long sizeBytes() throws IOException {
      return channel.size();
    }

    @Override
    public void append(ByteBuffer[] buffers) throws IOException {
      int first = 0;
      while (first < buffers.length) {
        if (buffers[first].hasRemaining()) {
          channel.write(buffers, first, buffers.length - first);
        } else {
          first++;
        }
      }
    }

    @Override
    public void rewrite(long position, ByteBuffer bytes) throws IOException {
      long to = position;
      while (bytes.hasRemaining()) {
        to += channel.write(bytes, to);
      }
    }

    @Override
    public void force() throws IOException {
      channel.force(false);
    }

    @Override
    public void truncate(long sizeBytes) throws IOException {
      channel.truncate(sizeBytes);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
