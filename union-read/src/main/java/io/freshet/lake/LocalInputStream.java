/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.lake;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.apache.iceberg.io.RangeReadable;
import org.apache.iceberg.io.SeekableInputStream;

/** Reads a file without a buffer of its own: Iceberg's readers ask for large ranges. */
final class LocalInputStream extends SeekableInputStream implements RangeReadable {
  private final String location;
  private final FileChannel channel;
  private long position;

  /** Takes ownership of the channel. */
  LocalInputStream(String location, FileChannel channel) {
    this.location = location;
    this.channel = channel;
  }

  @Override
  public long getPos() {
    return position;
  }

  @Override
  public void seek(long newPosition) {
    if (newPosition < 0) {
      throw new IllegalArgumentException(
          "Cannot seek to position " + newPosition + " of file " + location);
    }
    position = newPosition;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    int count = channel.read(ByteBuffer.wrap(buffer, offset, length), position);
    position += Math.max(count, 0);
    return count;
  }

  @Override
  public long skip(long count) throws IOException {
    long skipped = Math.max(0, Math.min(count, channel.size() - position));
    position += skipped;
    return skipped;
  }

  @Override
  public int available() throws IOException {
    return (int) Math.max(0, Math.min(Integer.MAX_VALUE, channel.size() - position));
  }

  @Override
  public void readFully(long start, byte[] buffer, int offset, int length) throws IOException {
    ByteBuffer target = ByteBuffer.wrap(buffer, offset, length);
    while (target.hasRemaining()) {
      long at = start + length - target.remaining();
      if (channel.read(target, at) < 0) {
        throw new EOFException(
            "Cannot read %d bytes at position %d of file %s: it ends at %d"
                .formatted(length, start, location, channel.size()));
      }
    }
  }

  @Override
  public int readTail(byte[] buffer, int offset, int length) throws IOException {
    long size = channel.size();
    int count = (int) Math.min(size, length);
    readFully(size - count, buffer, offset, count);
    return count;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
