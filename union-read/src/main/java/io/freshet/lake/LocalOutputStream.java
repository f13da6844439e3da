/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.lake;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.apache.iceberg.io.PositionOutputStream;

/**
 * Writes a file; {@link #close} returns once the file and its name are durable, or fails. A large
 * file is synced in steps while it is written: whoever else syncs something small on the same disk,
 * such as a log, waits for what is under way.
 */
final class LocalOutputStream extends PositionOutputStream {
  static final int SYNC_STEP_BYTES = 4 << 20;

  private static final int BUFFER_BYTES = 64 * 1024;

  private final Path path;
  private final FileChannel channel;
  private final OutputStream buffer;
  private final DiskSync sync;
  private long position;
  private int unsynced;
  private boolean isClosed;

  /** Takes ownership of the channel. */
  LocalOutputStream(Path path, FileChannel channel, DiskSync sync) {
    this.path = path;
    this.channel = channel;
    this.buffer = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES);
    this.sync = sync;
  }

  @Override
  public long getPos() {
    return position;
  }

  @Override
  public void write(int b) throws IOException {
    buffer.write(b);
    written(1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    int end = offset + length;
    for (int from = offset; from < end; ) {
      int count = Math.min(end - from, SYNC_STEP_BYTES - unsynced);
      buffer.write(bytes, from, count);
      from += count;
      written(count);
    }
  }

  @Override
  public void flush() throws IOException {
    buffer.flush();
  }

  @Override
  public void close() throws IOException {
    if (isClosed) {
      return;
    }
    isClosed = true;
    try (channel) {
      buffer.flush();
      sync.syncFile(path, channel);
    }
    Path parent = path.getParent();
    if (parent != null) {
      sync.syncFolder(parent);
    }
  }

  private void written(int count) throws IOException {
    position += count;
    unsynced += count;
    if (unsynced >= SYNC_STEP_BYTES) {
      buffer.flush();
      sync.syncFile(path, channel);
      unsynced = 0;
    }
  }
}
