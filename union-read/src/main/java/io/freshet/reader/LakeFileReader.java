/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.reader;

import io.freshet.overlay.PositionBitmap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericDeleteFilter;
import org.apache.iceberg.data.IdentityPartitionConverters;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.formats.FormatModelRegistry;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.CloseableIterator;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.PartitionUtil;

/** Reads the live rows of data files with Iceberg's generic readers. */
final class LakeFileReader {
  private final LakeScan scan;
  private final Schema readSchema;
  private final Expression rowGroupFilter;

  LakeFileReader(LakeScan scan, Schema readSchema) {
    this.scan = scan;
    this.readSchema = readSchema;
    this.rowGroupFilter = PruningFilter.of(scan.filter(), scan.schema(), readSchema);
  }

  /**
   * The rows of a file that neither a delete of the snapshot nor the overlay hides. They have the
   * columns of the read schema first; a row is valid until the next one.
   */
  CloseableIterator<Record> open(FileScanTask task) {
    Table table = scan.table();
    PositionBitmap overlay = scan.overlays().get(task.file().location());
    Schema requested = overlay == null ? readSchema : withPosition(readSchema);
    GenericDeleteFilter deletes =
        new GenericDeleteFilter(table.io(), task, table.schema(), requested);
    Schema required = deletes.requiredSchema();
    CloseableIterable<Record> rows = deletes.filter(read(task, required));
    if (overlay != null) {
      int position = position(required);
      rows = CloseableIterable.filter(rows, row -> !overlay.contains((Long) row.get(position)));
    }
    return rows.iterator();
  }

  private CloseableIterable<Record> read(FileScanTask task, Schema required) {
    Map<Integer, ?> constants =
        PartitionUtil.constantsMap(task, IdentityPartitionConverters::convertConstant);
    return FormatModelRegistry.<Record, Object>readBuilder(
            task.file().format(), Record.class, scan.table().io().newInputFile(task.file()))
        .reuseContainers()
        .project(required)
        .idToConstant(constants)
        .split(task.start(), task.length())
        .filter(rowGroupFilter)
        .build();
  }

  private static Schema withPosition(Schema schema) {
    if (schema.findField(MetadataColumns.ROW_POSITION.fieldId()) != null) {
      return schema;
    }
    List<Types.NestedField> columns = new ArrayList<>(schema.columns());
    columns.add(MetadataColumns.ROW_POSITION);
    return new Schema(columns);
  }

  private static int position(Schema schema) {
    List<Integer> ids = schema.columns().stream().map(Types.NestedField::fieldId).toList();
    return ids.indexOf(MetadataColumns.ROW_POSITION.fieldId());
  }
}
