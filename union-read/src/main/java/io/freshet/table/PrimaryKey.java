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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/** Primary keys by column names, as SQL gives them; Iceberg knows them as identifier fields. */
public final class PrimaryKey {
  private PrimaryKey() {}

  /**
   * The schema with that primary key, whose columns become required; as it is if there are no
   * names.
   *
   * @throws FreshetException INVALID_REQUEST if a column does not exist, comes twice, or has a type
   *     that no key can have
   */
  public static Schema in(Schema schema, List<String> names) {
    if (names.isEmpty()) {
      return schema;
    }
    Set<Integer> ids = new LinkedHashSet<>();
    for (String name : names) {
      Types.NestedField column = schema.asStruct().field(name);
      if (column == null) {
        throw FreshetException.of(
            INVALID_REQUEST,
            "Primary key column %s is not a column of the table: %s",
            name,
            schema.columns().stream().map(Types.NestedField::name).toList());
      }
      Type.TypeID type = column.type().typeId();
      if (!column.type().isPrimitiveType()
          || type == Type.TypeID.FLOAT
          || type == Type.TypeID.DOUBLE) {
        throw FreshetException.of(
            INVALID_REQUEST,
            "Column %s has type %s and can't be in a primary key: use integers, decimals, dates, times,"
                + " timestamps, strings, binaries, uuids or booleans",
            name,
            column.type());
      }
      if (!ids.add(column.fieldId())) {
        throw FreshetException.of(INVALID_REQUEST, "Primary key column %s comes twice", name);
      }
    }
    List<Types.NestedField> columns = new ArrayList<>();
    for (Types.NestedField column : schema.columns()) {
      columns.add(ids.contains(column.fieldId()) ? column.asRequired() : column);
    }
    return new Schema(schema.schemaId(), columns, ids);
  }
}
