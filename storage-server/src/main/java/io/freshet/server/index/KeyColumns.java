/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;

import io.freshet.error.FreshetException;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;

/**
 * The columns of a primary key, in the order of the key. Together with the types they decide how
 * keys are stored: exactly if the widths sum up to at most 8 bytes, else as a hash.
 */
public record KeyColumns(List<Column> columns) {
  private static final int MAX_EXACT_BYTES = 8;

  /** One column of a key. */
  record Column(String name, KeyColumnType type) {}

  public KeyColumns {
    columns = List.copyOf(columns);
  }

  /**
   * @param names of columns with primitive types; at least one
   */
  public static KeyColumns of(Schema schema, List<String> names) {
    if (names.isEmpty()) {
      throw FreshetException.of(INVALID_REQUEST, "A primary key needs at least one column.");
    }
    List<Column> columns = new ArrayList<>();
    for (String name : names) {
      Types.NestedField field = schema.findField(name);
      if (field == null || !field.type().isPrimitiveType()) {
        throw FreshetException.of(
            INVALID_REQUEST,
            field == null
                ? "Column %s of the primary key is not in the table."
                : "Column %s can't be in the primary key: it is nested.",
            name);
      }
      columns.add(new Column(name, KeyColumnType.of(field.type().asPrimitiveType())));
    }
    return new KeyColumns(columns);
  }

  public KeyForm form() {
    int bytes = 0;
    for (Column column : columns) {
      bytes += column.type().isWord() ? column.type().widthBytes() : MAX_EXACT_BYTES + 1;
    }
    return bytes <= MAX_EXACT_BYTES ? KeyForm.EXACT : KeyForm.HASHED;
  }
}
