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
import static io.freshet.error.FreshetErrorCode.UNSUPPORTED;

import io.freshet.error.FreshetException;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** The columns of what a look-up by primary key gives. */
public final class LookUpColumns {
  public static final String FOUND_COLUMN = "_found";

  /** Whether the key has a row; if not, all other columns are null. */
  public static final Types.NestedField FOUND =
      Types.NestedField.required(
          ChangeType.FIELD.fieldId() - 10, FOUND_COLUMN, Types.BooleanType.get());

  private LookUpColumns() {}

  /** The columns of keys: those of the primary key. */
  public static Schema keys(Schema table) {
    return new Schema(
        table.columns().stream()
            .filter(column -> table.identifierFieldIds().contains(column.fieldId()))
            .toList());
  }

  /**
   * The columns of the answer: the table's, all of them optional, and {@link #FOUND}.
   *
   * @param columns in this order; all if null
   * @throws FreshetException INVALID_REQUEST if there is no such column; UNSUPPORTED if the table
   *     has no primary key, or a column {@code _found} of its own
   */
  public static Schema answer(TableName name, Schema table, @Nullable List<String> columns) {
    if (table.identifierFieldIds().isEmpty()) {
      throw FreshetException.of(
          UNSUPPORTED,
          "Keys can't be looked up in table %s: it has no primary key. Read it with a filter.",
          name);
    }
    if (table.asStruct().field(FOUND_COLUMN) != null) {
      throw FreshetException.of(
          UNSUPPORTED,
          "Keys can't be looked up in table %s: it has a column %s of its own, and answers have one of"
              + " that name too. Read it with a filter.",
          name,
          FOUND_COLUMN);
    }
    List<String> known = table.columns().stream().map(Types.NestedField::name).toList();
    List<Types.NestedField> answer = new ArrayList<>();
    for (String column : columns == null ? known : columns) {
      if (!known.contains(column)) {
        throw FreshetException.of(
            INVALID_REQUEST,
            "There is no column %s in table %s; the columns are %s",
            column,
            name,
            known);
      }
      if (answer.stream().anyMatch(before -> before.name().equals(column))) {
        throw FreshetException.of(INVALID_REQUEST, "Column %s is asked for twice", column);
      }
      answer.add(table.findField(column).asOptional());
    }
    answer.add(FOUND);
    return new Schema(answer);
  }
}
