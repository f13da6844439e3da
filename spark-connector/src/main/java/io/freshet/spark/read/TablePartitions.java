/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.read;

import static io.freshet.error.FreshetErrorCode.LAKE_UNAVAILABLE;
import static io.freshet.error.FreshetErrorCode.LIMIT_EXCEEDED;

import io.freshet.error.FreshetException;
import io.freshet.protocol.PartitionCounts;
import io.freshet.spark.connection.Connections;
import io.freshet.spark.connection.SnapshotLease;
import io.freshet.table.Partitioning;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.ScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.spark.SparkSchemaUtil;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.StructLikeSet;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.types.StructType;

/** The partitions that rows of a union snapshot are in, by the table's partitioning of now. */
public final class TablePartitions {
  private static final int MAX_FRESH = 1_000_000;

  private final PartitionSpec spec;
  private final StructLikeSet partitions;

  private TablePartitions(PartitionSpec spec) {
    this.spec = spec;
    this.partitions = StructLikeSet.create(spec.partitionType());
  }

  /** Names and types of partition fields. */
  public static StructType schema(PartitionSpec spec) {
    return SparkSchemaUtil.convert(new Schema(spec.partitionType().fields()));
  }

  /**
   * Values of partition fields, each partition once.
   *
   * @param base the snapshot's base with its overlays
   */
  public static List<InternalRow> list(SnapshotLease lease, Table base, PartitionSpec spec) {
    TablePartitions partitions = new TablePartitions(spec);
    partitions.addLake(base);
    partitions.addFresh(lease);
    return partitions.rows();
  }

  private void addLake(Table base) {
    try (CloseableIterable<ScanTask> files = base.newBatchScan().planFiles()) {
      for (ScanTask task : files) {
        FileScanTask file = task.asFileScanTask();
        if (file.file().recordCount() > deletedRows(file)) {
          partitions.add(partition(file));
        }
      }
    } catch (IOException e) {
      throw new FreshetException(
          LAKE_UNAVAILABLE, "Cannot list the files of table " + base.name() + ": " + e, e);
    }
  }

  private static long deletedRows(FileScanTask file) {
    return file.deletes().stream()
        .filter(deletes -> deletes.format() == FileFormat.PUFFIN)
        .mapToLong(DeleteFile::recordCount)
        .sum();
  }

  /** By field id: the file may have been written when the table was partitioned otherwise. */
  private PartitionData partition(FileScanTask file) {
    PartitionData partition = new PartitionData(spec.partitionType());
    List<PartitionField> written = file.spec().fields();
    StructLike values = file.file().partition();
    for (int i = 0; i < spec.fields().size(); i++) {
      for (int j = 0; j < written.size(); j++) {
        if (written.get(j).fieldId() == spec.fields().get(i).fieldId()) {
          partition.set(i, values.get(j, Object.class));
        }
      }
    }
    return partition;
  }

  private void addFresh(SnapshotLease lease) {
    if (lease.snapshot().freshRows() == 0) {
      return;
    }
    List<PartitionCounts.Counted> fresh =
        Connections.to(lease.address())
            .countPartitions(lease.snapshot(), Partitioning.format(spec), null, MAX_FRESH)
            .partitions();
    if (fresh == null) {
      throw FreshetException.of(
          LIMIT_EXCEEDED,
          "Fresh rows of table %s are in more than %d partitions: tier the table, then list them",
          lease.snapshot().table(),
          MAX_FRESH);
    }
    List<Types.NestedField> fields = spec.partitionType().fields();
    for (PartitionCounts.Counted counted : fresh) {
      PartitionData partition = new PartitionData(spec.partitionType());
      for (int i = 0; i < fields.size(); i++) {
        partition.set(i, PartitionValues.parse(fields.get(i).type(), counted.values().get(i)));
      }
      partitions.add(partition);
    }
  }

  private List<InternalRow> rows() {
    List<Types.NestedField> fields = spec.partitionType().fields();
    Stream<StructLike> all = partitions.stream();
    return all.<InternalRow>map(
            partition -> {
              Object[] values = new Object[fields.size()];
              for (int i = 0; i < values.length; i++) {
                values[i] =
                    PartitionValues.internal(fields.get(i).type(), partition.get(i, Object.class));
              }
              return new GenericInternalRow(values);
            })
        .toList();
  }
}
