/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file of a {@link Disk}, used by one thread at a time. */
public interface DiskFile extends Closeable {
  long sizeBytes() throws IOException;

  /**
   * Writes all remaining bytes of all buffers at the end of the file. After a failure any part of
   * them may be there.
   */
  void append(ByteBuffer[] buffers) throws IOException;

  /**
   * Writes bytes once more that the file has from {@code position} on already. After a failed
   * {@link #force} they may be in memory only, and taken for written by the next one: whoever does
   * not know that they are durable does this first.
   */
  void rewrite(long position, ByteBuffer bytes) throws IOException;

  /** Makes the content durable. After a failure, what was appended since the last one is lost. */
  void force() throws IOException;

  /** Cuts the file to {@code sizeBytes}; durable after {@link #force}. */
  void truncate(long sizeBytes) throws IOException;
}
