/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.read;

import io.freshet.trino.arrow.ArrowBlocks;
import io.trino.plugin.iceberg.ColumnIdentity;
import io.trino.plugin.iceberg.IcebergColumnHandle;
import io.trino.spi.Page;
import io.trino.spi.block.Block;
import io.trino.spi.block.RowBlock;
import io.trino.spi.block.RunLengthEncodedBlock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;

/**
 * The columns that a query wants of fresh rows: columns of the table, fields of structs, and
 * columns that only lake rows have, such as {@code $path}, which are null.
 */
final class FreshColumns {
  private final List<IcebergColumnHandle> wanted;
  private final Schema schema;

  FreshColumns(List<IcebergColumnHandle> wanted, Schema schema) {
    this.wanted = List.copyOf(wanted);
    this.schema = schema;
  }

  /** The names of the table's columns that are needed, each once. */
  List<String> names() {
    return wanted.stream().filter(this::isOfTable).map(FreshColumns::name).distinct().toList();
  }

  /** Rows without any of the table's columns. */
  Page emptyPage(int rows) {
    Block[] blocks = new Block[wanted.size()];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = nulls(wanted.get(i), rows);
    }
    return new Page(rows, blocks);
  }

  /** Copies a batch that has the columns of {@link #names}. */
  Page toPage(VectorSchemaRoot batch) {
    Map<String, Block> columns = new HashMap<>();
    Block[] blocks = new Block[wanted.size()];
    for (int i = 0; i < blocks.length; i++) {
      IcebergColumnHandle column = wanted.get(i);
      if (isOfTable(column)) {
        Block whole =
            columns.computeIfAbsent(
                name(column),
                name -> ArrowBlocks.toBlock(batch.getVector(name), column.getBaseType()));
        blocks[i] = field(whole, column);
      } else {
        blocks[i] = nulls(column, batch.getRowCount());
      }
    }
    return new Page(batch.getRowCount(), blocks);
  }

  private boolean isOfTable(IcebergColumnHandle column) {
    return schema.findField(column.getBaseColumnIdentity().getId()) != null;
  }

  private static String name(IcebergColumnHandle column) {
    return column.getBaseColumnIdentity().getName();
  }

  private static Block field(Block whole, IcebergColumnHandle column) {
    Block block = whole;
    ColumnIdentity identity = column.getBaseColumnIdentity();
    for (int fieldId : column.getPath()) {
      block = ((RowBlock) block).getFieldBlock(identity.getChildIndexByFieldId(fieldId));
      identity = identity.getChildByFieldId(fieldId);
    }
    return block;
  }

  private static Block nulls(IcebergColumnHandle column, int rows) {
    return RunLengthEncodedBlock.create(column.getType(), null, rows);
  }
}
