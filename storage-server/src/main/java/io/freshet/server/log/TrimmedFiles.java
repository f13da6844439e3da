/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.log;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files of a bucket's trimmed segments, to be deleted. They go one by one, oldest first, each
 * durably: a crash in between must not leave a gap in the log.
 */
final class TrimmedFiles {
  private static final Logger LOG = LoggerFactory.getLogger(TrimmedFiles.class);

  private final Disk disk;
  private final String folder;
  private final ArrayDeque<String> paths = new ArrayDeque<>();
  private boolean isClosed;

  TrimmedFiles(Disk disk, String folder) {
    this.disk = disk;
    this.folder = folder;
  }

  /** Nothing happens after {@link #close}: then the files may be the next owner's. */
  void add(List<Segment> trimmed) {
    synchronized (paths) {
      if (!isClosed) {
        trimmed.forEach(segment -> paths.add(segment.path()));
      }
    }
  }

  /** Deletes them. What fails is tried again the next time. Blocking, on any thread. */
  synchronized void delete() {
    for (String path = oldest(); path != null; path = oldest()) {
      try {
        disk.delete(path);
        disk.forceFolder(folder);
      } catch (IOException e) {
        LOG.warn("Cannot delete the trimmed log segment {}", disk.locate(path), e);
        return;
      }
      synchronized (paths) {
        paths.poll();
      }
    }
  }

  /** Deletes them, and forgets those that it can't: the next owner of the log has them again. */
  void close() {
    delete();
    synchronized (paths) {
      isClosed = true;
      paths.clear();
    }
  }

  private @Nullable String oldest() {
    synchronized (paths) {
      return paths.peek();
    }
  }
}
