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
import java.io.Serializable;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** How written bytes and folder entries are made to survive a loss of power. */
interface DiskSync extends Serializable {
  void syncFile(Path file, FileChannel channel) throws IOException;

  /** Makes the entries of a folder durable: files and folders that were made in it. */
  void syncFolder(Path folder) throws IOException;
}
