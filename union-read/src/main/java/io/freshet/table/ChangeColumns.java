/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.table;

import static io.freshet.error.FreshetErrorCode.UNSUPPORTED;

import io.freshet.error.FreshetException;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;

/**
 * The columns of a table's changes when they are read: the table's own, and what each change is.
 */
public final class ChangeColumns {
  public static final String BUCKET_COLUMN = "_bucket";
  public static final String OFFSET_COLUMN = "_offset";
  public static final String COMMIT_TIMESTAMP_COLUMN = "_commit_timestamp";

  /** Text of a {@link ChangeType}; always insert for a log table. */
  public static final Types.NestedField CHANGE_TYPE =
      Types.NestedField.required(
          ChangeType.FIELD.fieldId(), ChangeType.COLUMN, Types.StringType.get());

  public static final Types.NestedField BUCKET = added(1, BUCKET_COLUMN, Types.IntegerType.get());

  /** The change's offset in its bucket. */
  public static final Types.NestedField OFFSET = added(2, OFFSET_COLUMN, Types.LongType.get());

  /** When the server took the change in; never falls within a bucket. */
  public static final Types.NestedField COMMIT_TIMESTAMP =
      added(3, COMMIT_TIMESTAMP_COLUMN, Types.TimestampType.withZone());

  /** What follows the table's columns. */
  public static final List<Types.NestedField> ADDED =
      List.of(CHANGE_TYPE, BUCKET, OFFSET, COMMIT_TIMESTAMP);

  private ChangeColumns() {}

  /**
   * The schema of a table's changes. With a primary key only the key is required, since a delete
   * has nothing else.
   *
   * @throws FreshetException UNSUPPORTED if the table has a column of its own with one of the names
   */
  public static Schema schema(TableName name, Schema table) {
    List<Types.NestedField> columns = new ArrayList<>();
    boolean hasPrimaryKey = !table.identifierFieldIds().isEmpty();
    for (Types.NestedField column : table.columns()) {
      boolean isInAllChanges =
          !hasPrimaryKey || table.identifierFieldIds().contains(column.fieldId());
      columns.add(isInAllChanges ? column : column.asOptional());
    }
    for (Types.NestedField column : ADDED) {
      if (table.asStruct().field(column.name()) != null) {
        throw FreshetException.of(
            UNSUPPORTED,
            "Changes of table %s can't be read: it has a column %s of its own, and changes have one of that"
                + " name too. Read the table itself.",
            name,
            column.name());
      }
      columns.add(column);
    }
    return new Schema(columns);
  }

  private static Types.NestedField added(
      int number, String name, org.apache.iceberg.types.Type type) {
    return Types.NestedField.required(ChangeType.FIELD.fieldId() - number, name, type);
  }
}
