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
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Folders of files that only grow at their end. Paths are relative to the disk's root and use '/'.
 * All methods block; they may be called from any thread.
 */
public interface Disk {
  /** Makes a folder and those above it, durably; does nothing if it is there. */
  void createFolder(String folder) throws IOException;

  /** Names of the files and folders directly in a folder, sorted; empty if there is no folder. */
  List<String> list(String folder) throws IOException;

  /**
   * Makes an empty file, in place of one that has this name. Durable after {@link #forceFolder}.
   */
  DiskFile create(String path) throws IOException;

  /** Opens a file to append at its end. */
  DiskFile open(String path) throws IOException;

  long sizeBytes(String path) throws IOException;

  /**
   * A direct, read-only view of bytes [position, position + sizeBytes), all of which exist. It
   * stays valid as long as it is reachable, even when the file is deleted, but not for bytes that
   * are cut off by {@link DiskFile#truncate}.
   */
  ByteBuffer map(String path, long position, int sizeBytes) throws IOException;

  /** Fills {@code target} with the bytes from {@code position} on, all of which exist. */
  void read(String path, long position, ByteBuffer target) throws IOException;

  /** Renames a file at once, in place of one that has the new name. */
  void rename(String from, String to) throws IOException;

  /** Deletes a file or an empty folder; does nothing if there is none. */
  void delete(String path) throws IOException;

  /** Makes creations, renames and deletions in a folder durable. */
  void forceFolder(String folder) throws IOException;

  /** How an operator finds the path: for messages. */
  String locate(String path);
}
