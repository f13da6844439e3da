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
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Makes folders whose names survive a loss of power. */
final class DurableFolders {
  // One lock for the process: who finds a folder may rely on it, so nobody may find one that
  // another thread has made and not yet synced.
  private static final Object LOCK = new Object();

  private final DiskSync sync;

  DurableFolders(DiskSync sync) {
    this.sync = sync;
  }

  /** Makes the folder and those above it that are missing. */
  void create(@Nullable Path folder) throws IOException {
    synchronized (LOCK) {
      Deque<Path> missing = new ArrayDeque<>();
      for (Path at = folder; at != null && !Files.isDirectory(at); at = at.getParent()) {
        missing.push(at);
      }
      for (Path next : missing) {
        createOne(next);
      }
    }
  }

  private void createOne(Path folder) throws IOException {
    try {
      Files.createDirectory(folder);
    } catch (FileAlreadyExistsException e) {
      // Another process may have made it; a file of that name stays an error.
      if (!Files.isDirectory(folder)) {
        throw e;
      }
    }
    Path parent = folder.getParent();
    if (parent != null) {
      sync.syncFolder(parent);
    }
  }
}
