/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import java.util.List;
import org.apache.iceberg.FileScanTask;

/**
 * Files that are rewritten together.
 *
 * @param rewrite with what is known of the table at the snapshot
 */
record PlannedGroup(long snapshotId, List<FileScanTask> tasks, FileRewrite rewrite)
    implements RewriteGroup {
  PlannedGroup {
    tasks = List.copyOf(tasks);
  }

  @Override
  public List<String> files() {
    return tasks.stream().map(task -> task.file().location()).toList();
  }

  @Override
  public long sizeBytes() {
    return tasks.stream().mapToLong(task -> task.file().fileSizeInBytes()).sum();
  }

  @Override
  public String toString() {
    return "%d files (%d bytes) of snapshot %d".formatted(tasks.size(), sizeBytes(), snapshotId);
  }
}
