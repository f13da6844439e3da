/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.lake;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The real {@link DiskSync}. An enum, so that it is serialised by name. */
enum Fsync implements DiskSync {
  INSTANCE;

  // Windows can't open a folder as a file, and has no need to: NTFS journals folder entries.
  private static final boolean CAN_SYNC_FOLDERS = File.separatorChar == '/';

  @Override
  public void syncFile(Path file, FileChannel channel) throws IOException {
    channel.force(true);
  }

  @Override
  public void syncFolder(Path folder) throws IOException {
    if (CAN_SYNC_FOLDERS) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }
}
