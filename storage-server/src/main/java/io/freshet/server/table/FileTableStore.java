/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.table;

import io.freshet.protocol.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** A table store with one JSON file per table, replaced by renaming a synced new one over it. */
public final class FileTableStore implements TableStore {
  private static final String SUFFIX = ".json";

  private final Path folder;

  public FileTableStore(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
  }

  @Override
  public List<StoredTable> load() {
    List<StoredTable> tables = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(path -> path.toString().endsWith(SUFFIX)).sorted().toList()) {
        tables.add(Json.read(Files.readAllBytes(file), StoredTable.class, "Table file " + file));
      }
      return tables;
    } catch (IOException e) {
      throw new UncheckedIOException("Can't read the list of tables in " + folder, e);
    }
  }

  @Override
  public void save(StoredTable table) {
    Path file = folder.resolve(table.id() + SUFFIX);
    Path next = folder.resolve(table.id() + ".next");
    try {
      try (FileChannel channel =
          FileChannel.open(
              next,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        ByteBuffer json = ByteBuffer.wrap(Json.write(table));
        while (json.hasRemaining()) {
          channel.write(json);
        }
        channel.force(true);
      }
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      syncFolder();
    } catch (IOException e) {
      throw new UncheckedIOException("Can't write table file " + file, e);
    }
  }

  @Override
  public void delete(UUID tableId) {
    Path file = folder.resolve(tableId + SUFFIX);
    try {
      Files.deleteIfExists(file);
      syncFolder();
    } catch (IOException e) {
      throw new UncheckedIOException("Can't delete table file " + file, e);
    }
  }

  private void syncFolder() throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
