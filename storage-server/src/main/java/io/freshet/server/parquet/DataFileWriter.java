/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import static io.freshet.error.FreshetErrorCode.LAKE_UNAVAILABLE;
import static java.util.Objects.requireNonNull;

import io.freshet.error.FreshetException;
import io.freshet.table.TableDefinition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes Arrow batches as data files of an Iceberg table, in the table's partition layout and sort
 * order and by its properties. May be used by many threads: calls share nothing but the numbering
 * of files.
 */
public final class DataFileWriter {
  private static final Logger LOG = LoggerFactory.getLogger(DataFileWriter.class);

  private final TableDefinition table;
  private final FileIO io;
  private final LocationProvider locations;
  private final String namePrefix;
  private final AtomicLong nextFile = new AtomicLong();

  /**
   * @param table its schema, spec and sort order are those of the lake
   * @param namePrefix what file names start with; no other writer of the table may use it
   */
  public DataFileWriter(
      TableDefinition table, FileIO io, LocationProvider locations, String namePrefix) {
    this.table = requireNonNull(table, "table");
    this.io = requireNonNull(io, "io");
    this.locations = requireNonNull(locations, "locations");
    this.namePrefix = requireNonNull(namePrefix, "namePrefix");
  }

  /**
   * Writes all rows of all batches. Blocking. The rows of a partition are in the table's sort
   * order, else in that of its primary key as far as {@link RowOrder} has it; those that this order
   * takes for equal keep theirs.
   *
   * @param batches borrowed; their schema is {@code ArrowSchemas.toArrow} of the table's
   * @return the files, in no particular order; none if there are no rows
   * @throws FreshetException LAKE_UNAVAILABLE if the storage fails; no file remains then, as far as
   *     the storage still deletes
   */
  public List<WrittenFile> write(List<VectorSchemaRoot> batches) {
    Batches rows = Batches.of(table, batches);
    if (rows.isEmpty()) {
      return List.of();
    }
    List<String> created = new ArrayList<>();
    try (WriteCall call = new WriteCall(table, io, this::newLocation, rows, created)) {
      return call.write();
    } catch (RuntimeException | Error e) {
      delete(created, e);
      throw e;
    } catch (IOException e) {
      delete(created, e);
      throw new FreshetException(
          LAKE_UNAVAILABLE,
          "Cannot close a data file of table %s: %s. Try again when the lake's storage works"
              .formatted(table.name(), e.getMessage()),
          e);
    }
  }

  private String newLocation(PartitionRows partition) {
    String name = "%s-%05d.parquet".formatted(namePrefix, nextFile.getAndIncrement());
    return table.partitionSpec().isUnpartitioned()
        ? locations.newDataLocation(name)
        : locations.newDataLocation(table.partitionSpec(), partition.partition(), name);
  }

  private void delete(List<String> created, Throwable cause) {
    for (String location : created) {
      try {
        io.deleteFile(location);
      } catch (RuntimeException e) {
        cause.addSuppressed(e);
        LOG.warn(
            "Cannot delete {} of table {}, which no snapshot refers to: remove it, or leave it to"
                + " the removal of orphan files",
            location,
            table.name(),
            e);
      }
    }
  }
}
