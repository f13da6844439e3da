/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import io.freshet.table.TableName;
import org.apache.iceberg.io.FileIO;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes files of a table that no snapshot uses. One that can't be deleted is left behind. */
record UnusedFiles(TableName table, FileIO io) {
  private static final Logger LOG = LoggerFactory.getLogger(UnusedFiles.class);

  void delete(String location) {
    try {
      io.deleteFile(location);
    } catch (RuntimeException e) {
      LOG.warn(
          "Can't delete {}, which no snapshot of table {} uses: delete it by hand, or leave it to the"
              + " removal of orphan files",
          location,
          table,
          e);
    }
  }
}
