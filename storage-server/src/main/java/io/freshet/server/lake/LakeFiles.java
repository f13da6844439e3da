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

/** Files that were written for a lake table and are not part of it until they are committed. */
public interface LakeFiles {
  /** The files, in no particular order; none if there were no rows. */
  List<? extends WrittenRows> files();

  /** The rows of all files. */
  default long rows() {
    return files().stream().mapToLong(WrittenRows::rows).sum();
  }

  /** One file, and where each of its rows came from. */
  interface WrittenRows {
    String location();

    long rows();

    /** The index of the written batch that the row at a position came from. */
    int batch(long position);

    /** The row within its batch that the row at a position came from. */
    int row(long position);
  }
}
