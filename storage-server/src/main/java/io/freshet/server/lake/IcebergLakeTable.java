/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import static io.freshet.error.FreshetErrorCode.LAKE_DIVERGED;

import io.freshet.error.FreshetException;
import io.freshet.server.parquet.DataFileWriter;
import io.freshet.server.parquet.WrittenFile;
import io.freshet.table.TableDefinition;
import io.freshet.table.TableName;
import io.freshet.table.TableOptions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.UpdateProperties;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.ValidationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A table's lake half as an Iceberg table. */
final class IcebergLakeTable implements LakeTable {
  private static final Logger LOG = LoggerFactory.getLogger(IcebergLakeTable.class);

  private final TableOperations operations;
  private final TableName name;
  private final UUID tableId;
  private final int buckets;

  private record Written(List<WrittenFile> files) implements LakeFiles {
    @Override
    public long rows() {
      return files.stream().mapToLong(written -> written.file().recordCount()).sum();
    }
  }

  IcebergLakeTable(BaseTable table, TableName name, UUID tableId, int buckets) {
    this.operations = table.operations();
    this.name = name;
    this.tableId = tableId;
    this.buckets = buckets;
  }

  @Override
  public TableDefinition definition() {
    TableMetadata metadata = refresh();
    Map<String, String> properties = new HashMap<>(metadata.properties());
    properties.remove(TableOptions.TABLE_ID);
    properties.remove(TableOptions.BUCKETS);
    String bucketKey = properties.remove(TableOptions.BUCKET_KEY);
    return new TableDefinition(
        name,
        metadata.schema(),
        metadata.spec(),
        metadata.sortOrder(),
        buckets,
        bucketKey == null ? List.of() : Arrays.asList(bucketKey.split(",", -1)),
        properties);
  }

  @Override
  public LakeState load() {
    return TieredSnapshots.state(refresh(), tableId, buckets);
  }

  @Override
  public TableDefinition alterProperties(Map<String, String> set, List<String> remove) {
    return IcebergLake.reaching(() -> {
      UpdateProperties update = table(operations).updateProperties();
      set.forEach(update::set);
      remove.forEach(update::remove);
      update.commit();
      return definition();
    });
  }

  @Override
  public LakeFiles write(List<VectorSchemaRoot> batches) {
    return IcebergLake.reaching(() ->
        new Written(
            new DataFileWriter(
                    definition(),
                    operations.io(),
                    operations.locationProvider(),
                    "freshet-" + UUID.randomUUID())
                .write(batches)));
  }

  @Override
  public CommitOutcome commit(LakeFiles files, TieredOffsets from, TieredOffsets to, long epoch) {
    FencedOperations fenced = new FencedOperations(operations, tableId, from, epoch);
    try {
      RowDelta delta = table(fenced).newRowDelta();
      ((Written) files).files().forEach(written -> delta.addRows(written.file()));
      TieredSnapshots.summary(tableId, to, epoch).forEach(delta::set);
      delta.commit();
    } catch (CommitFailedException | ValidationException | FreshetException e) {
      return new CommitOutcome.Rejected(e);
    } catch (RuntimeException e) {
      return new CommitOutcome.Unknown(e);
    }
    try {
      return new CommitOutcome.Committed(load());
    } catch (FreshetException e) {
      return new CommitOutcome.Unknown(e);
    }
  }

  @Override
  public void discard(LakeFiles files) {
    for (WrittenFile written : ((Written) files).files()) {
      try {
        operations.io().deleteFile(written.file().location());
      } catch (RuntimeException e) {
        LOG.warn(
            "Can't delete {}, which no snapshot of table {} uses; it can be deleted by hand",
            written.file().location(),
            name,
            e);
      }
    }
  }

  private TableMetadata refresh() {
    return IcebergLake.reaching(() -> {
      TableMetadata metadata = operations.refresh();
      if (metadata == null
          || !tableId.toString().equals(metadata.properties().get(TableOptions.TABLE_ID))) {
        throw FreshetException.of(
            LAKE_DIVERGED,
            "The lake table %s is gone or belongs to another table than the one with id %s",
            name,
            tableId);
      }
      return metadata;
    });
  }

  private BaseTable table(TableOperations with) {
    return new BaseTable(with, name.toString());
  }
}
