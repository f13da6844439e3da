/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.util.TransferPair;
import org.apache.iceberg.BaseFileScanTask;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.PartitionSpecParser;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.data.IdentityPartitionConverters;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.ResidualEvaluator;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.util.PartitionUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads columns of data files into Arrow: Parquet's flat columns column by column, and whatever
 * else there is with Iceberg's generic readers. Both give the same rows.
 *
 * @param columns of the table, and Iceberg's columns of row lineage
 * @param batchRows a batch has at most so many rows
 */
public record DataFileReader(Schema columns, FileIO io, BufferAllocator allocator, int batchRows) {
  private static final Logger LOG = LoggerFactory.getLogger(DataFileReader.class);

  public DataFileReader {
    requireNonNull(columns, "columns");
    requireNonNull(io, "io");
    requireNonNull(allocator, "allocator");
    if (batchRows < 1) {
      throw new IllegalArgumentException("A batch has at least one row, not " + batchRows);
    }
  }

  /**
   * Starts to read a file.
   *
   * @param file as the lake's manifests describe it
   * @param spec the one that the file was written with
   * @param isWanted tells by their positions which rows to read
   */
  public DataFileBatches open(DataFile file, PartitionSpec spec, LongPredicate isWanted) {
    FileColumns fileColumns = new FileColumns(columns, constants(file, spec));
    InputFile input = input(file);
    if (file.format() == FileFormat.PARQUET && FileColumns.areFlat(columns)) {
      try {
        return new ColumnarBatches(this, file, input, fileColumns, isWanted);
      } catch (UnusualColumnException e) {
        LOG.debug("Reading {} record by record: {}", file.location(), e.getMessage());
      }
    }
    return new GenericBatches(this, file, input, fileColumns.constants(), isWanted);
  }

  /** Moves the rows of a batch to another one, without a copy, and leaves it empty. */
  static VectorSchemaRoot take(VectorSchemaRoot batch) {
    List<FieldVector> taken = new ArrayList<>();
    for (FieldVector vector : batch.getFieldVectors()) {
      TransferPair transfer = vector.getTransferPair(vector.getField(), vector.getAllocator());
      transfer.transfer();
      taken.add((FieldVector) transfer.getTo());
    }
    VectorSchemaRoot root = new VectorSchemaRoot(batch.getSchema(), taken, batch.getRowCount());
    batch.setRowCount(0);
    return root;
  }

  private InputFile input(DataFile file) {
    try {
      return io.newInputFile(file);
    } catch (RuntimeException e) {
      throw DataFileFailure.of(file, 0, e);
    }
  }

  /** By field id, values that the lake's metadata has for all rows of the file. */
  static Map<Integer, ?> constants(DataFile file, PartitionSpec spec) {
    BaseFileScanTask task =
        new BaseFileScanTask(
            file,
            new DeleteFile[0],
            SchemaParser.toJson(spec.schema()),
            PartitionSpecParser.toJson(spec),
            ResidualEvaluator.unpartitioned(Expressions.alwaysTrue()));
    return PartitionUtil.constantsMap(task, IdentityPartitionConverters::convertConstant);
  }
}
