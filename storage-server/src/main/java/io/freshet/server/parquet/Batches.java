/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import static io.freshet.error.FreshetErrorCode.SCHEMA_MISMATCH;

import io.freshet.arrow.ArrowSchemas;
import io.freshet.error.FreshetException;
import io.freshet.table.TableDefinition;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;

/**
 * The rows to write. Borrowed: valid as long as the batches are.
 *
 * @param columns for each top-level column, its vector in each batch
 * @param rows all rows, in order
 */
record Batches(List<FieldVector[]> columns, RowOrigins rows) {
  Batches {
    columns = List.copyOf(columns);
  }

  static Batches of(TableDefinition table, List<VectorSchemaRoot> batches) {
    List<Field> expected = ArrowSchemas.toArrow(table.schema()).getFields();
    long[] starts = new long[batches.size() + 1];
    for (int i = 0; i < batches.size(); i++) {
      check(table, expected, batches.get(i).getSchema().getFields());
      starts[i + 1] = starts[i] + batches.get(i).getRowCount();
    }
    List<FieldVector[]> columns = new ArrayList<>();
    for (int column = 0; column < expected.size(); column++) {
      FieldVector[] vectors = new FieldVector[batches.size()];
      for (int i = 0; i < vectors.length; i++) {
        vectors[i] = batches.get(i).getVector(column);
      }
      columns.add(vectors);
    }
    return new Batches(columns, RowOrigins.inOrder(starts));
  }

  private static void check(TableDefinition table, List<Field> expected, List<Field> actual) {
    boolean isSame = expected.size() == actual.size();
    for (int i = 0; isSame && i < expected.size(); i++) {
      isSame =
          expected.get(i).getName().equals(actual.get(i).getName())
              && hasSameTypes(expected.get(i), actual.get(i));
    }
    if (!isSame) {
      throw FreshetException.of(
          SCHEMA_MISMATCH,
          "A batch for table %s has columns %s: it must have %s",
          table.name(),
          actual,
          expected);
    }
  }

  /** Names below the top level may differ: fields are found by their place. */
  private static boolean hasSameTypes(Field expected, Field actual) {
    if (!expected.getType().equals(actual.getType())
        || expected.getChildren().size() != actual.getChildren().size()) {
      return false;
    }
    for (int i = 0; i < expected.getChildren().size(); i++) {
      if (!hasSameTypes(expected.getChildren().get(i), actual.getChildren().get(i))) {
        return false;
      }
    }
    return true;
  }

  boolean isEmpty() {
    return rows.size() == 0;
  }
}
