/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.table;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;

import io.freshet.error.FreshetException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;

/**
 * What a change of a primary-key table's log does to its key. A batch of changes may say so for
 * each row in a string column named {@link #COLUMN}; without it all rows are upserts. In the log it
 * is the last column, {@link #FIELD}, and holds the {@link #code}.
 */
public enum ChangeType {
  /** The key had no row. */
  INSERT(0, "insert"),
  /**
   * The key had a row, which this one supersedes. A writer may say it, or insert, of any upsert.
   */
  UPDATE_AFTER(1, "update_after"),
  /** The key has no row any more; only its columns are set. */
  DELETE(2, "delete");

  public static final String COLUMN = "_change_type";

  /** How the log stores it; the id is beyond those that tables use. */
  public static final Types.NestedField FIELD =
      Types.NestedField.required(Integer.MAX_VALUE - 5001, COLUMN, Types.IntegerType.get());

  /** How writers say it; null is an upsert. */
  public static final Types.NestedField WRITTEN_FIELD =
      Types.NestedField.optional(FIELD.fieldId(), COLUMN, Types.StringType.get());

  private final int code;
  private final String text;

  ChangeType(int code, String text) {
    this.code = code;
    this.text = text;
  }

  /**
   * The columns of changes to a table: its own and a last one of {@code type}. A delete has no
   * values but its key's, so that only the key is required.
   */
  private static Schema changes(Schema table, Types.NestedField type) {
    List<Types.NestedField> columns = new ArrayList<>();
    for (Types.NestedField column : table.columns()) {
      columns.add(
          table.identifierFieldIds().contains(column.fieldId()) ? column : column.asOptional());
    }
    columns.add(type);
    return new Schema(table.schemaId(), columns);
  }

  /** The columns that writers of a primary-key table send. */
  public static Schema written(Schema table) {
    return changes(table, WRITTEN_FIELD);
  }

  /** The columns of a log's rows while the table has these. */
  public static Schema logged(Schema table) {
    return table.identifierFieldIds().isEmpty() ? table : changes(table, FIELD);
  }

  /** As the log stores it. */
  public int code() {
    return code;
  }

  /** As batches say it. */
  public String text() {
    return text;
  }

  /** The type of a {@link #text}. */
  public static ChangeType of(String text) {
    return Arrays.stream(values())
        .filter(type -> type.text.equals(text))
        .findFirst()
        .orElseThrow(() ->
            FreshetException.of(
                INVALID_REQUEST,
                "'%s' in column %s is no change type: use insert, update_after or delete",
                text,
                COLUMN));
  }

  /** The type of a {@link #code}. */
  public static ChangeType of(int code) {
    return values()[code];
  }
}
