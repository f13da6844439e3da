/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.view;

import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files that one build of a virtual snapshot writes, each at a location that was never used
 * before. Thread-safe.
 */
final class NewFiles implements LocationProvider {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(NewFiles.class);

  private final String folder;
  private final transient FileIO io;
  private final Set<String> locations = ConcurrentHashMap.newKeySet();

  /**
   * @param folder without a slash at its end
   */
  NewFiles(String folder, FileIO io) {
    this.folder = folder;
    this.io = io;
  }

  /**
   * Notes a new file, and answers with its location.
   *
   * @param name that no other file has ever had
   */
  String add(String name) {
    String location = folder + "/" + name;
    locations.add(location);
    return location;
  }

  /** Notes a new file under a name that is made up but for its end. */
  String addUnique(String end) {
    return add(UUID.randomUUID() + end);
  }

  Set<String> locations() {
    return Set.copyOf(locations);
  }

  FileIO io() {
    return io;
  }

  /** Deletes the files, because the build has failed. */
  void discard() {
    delete(locations, io);
  }

  /** Deletes files that no virtual snapshot has. One that can't be deleted is left behind. */
  static void delete(Iterable<String> locations, FileIO io) {
    for (String location : locations) {
      try {
        io.deleteFile(location);
      } catch (RuntimeException e) {
        LOG.warn(
            "Can't delete {}, which no virtual snapshot has any more: the next start of the server"
                + " tries again",
            location,
            e);
      }
    }
  }

  @Override
  public String newDataLocation(String fileName) {
    return add(fileName);
  }

  @Override
  public String newDataLocation(PartitionSpec spec, StructLike partition, String fileName) {
    return add(fileName);
  }
}
