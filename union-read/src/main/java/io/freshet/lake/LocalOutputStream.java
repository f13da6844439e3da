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

/** Writes a file; {@link #close} returns once the file and its name are durable, or fails. */
final class LocalOutputStream extends PositionOutputStream {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final Path path;
  private final FileChannel channel;
  private final OutputStream buffer;
  private final DiskSync sync;
  private long position;
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
    position++;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    buffer.write(bytes, offset, length);
    position += length;
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
}
