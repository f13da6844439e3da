/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.view;

import static java.util.Objects.requireNonNull;

import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;

/** A table in no catalog: commits to it stay here. */
final class VirtualOperations implements TableOperations {
  private final NewFiles files;
  private TableMetadata current;

  VirtualOperations(TableMetadata start, NewFiles files) {
    this.current = requireNonNull(start, "start");
    this.files = files;
  }

  @Override
  public TableMetadata current() {
    return current;
  }

  @Override
  public TableMetadata refresh() {
    return current;
  }

  @Override
  public void commit(TableMetadata base, TableMetadata metadata) {
    if (base != current) {
      throw new CommitFailedException("Not the current metadata");
    }
    current = metadata;
  }

  @Override
  public FileIO io() {
    return files.io();
  }

  @Override
  public String metadataFileLocation(String fileName) {
    return files.add(fileName);
  }

  @Override
  public LocationProvider locationProvider() {
    return files;
  }
}
