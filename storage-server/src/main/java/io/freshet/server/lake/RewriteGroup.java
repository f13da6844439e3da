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

/** Data files of a snapshot that are worth being rewritten as fewer, without deleted rows. */
public interface RewriteGroup {
  /** The snapshot whose live rows are rewritten. */
  long snapshotId();

  /** Locations of the data files. */
  List<String> files();

  /** How large the files are together. */
  long sizeBytes();
}
