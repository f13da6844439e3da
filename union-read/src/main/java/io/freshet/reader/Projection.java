/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.reader;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.arrow.ArrowSchemas;
import io.freshet.error.FreshetException;
import io.freshet.filter.FilterJson;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * Which columns and rows of a table a read wants.
 *
 * @param schema of the whole table
 * @param columns top-level columns, in the order of the result
 */
public record Projection(Schema schema, List<String> columns, Expression filter) {
  public Projection {
    columns = List.copyOf(columns);
    List<String> known = names(schema);
    Set<String> seen = new LinkedHashSet<>();
    for (String column : columns) {
      if (!known.contains(column)) {
        throw FreshetException.of(
            INVALID_REQUEST, "There is no column %s; the columns are %s", column, known);
      }
      if (!seen.add(column)) {
        throw FreshetException.of(INVALID_REQUEST, "Column %s is asked for twice", column);
      }
    }
  }

  /**
   * What a request asks for.
   *
   * @param columns all if null
   * @param filter an Iceberg expression in its JSON form; all rows if null
   */
  public static Projection of(
      Schema schema, @Nullable List<String> columns, @Nullable JsonNode filter) {
    return new Projection(
        schema,
        columns == null ? names(schema) : columns,
        filter == null ? Expressions.alwaysTrue() : FilterJson.fromJson(filter.toString(), schema));
  }

  /** The Arrow schema of the result. */
  public org.apache.arrow.vector.types.pojo.Schema arrowSchema() {
    return ArrowSchemas.toArrow(projectedSchema());
  }

  /** The Iceberg schema of the result. */
  public Schema projectedSchema() {
    return new Schema(columns.stream().map(schema::findField).toList());
  }

  /** Whether all rows are wanted. */
  public boolean isUnfiltered() {
    return filter.op() == Expression.Operation.TRUE;
  }

  private static List<String> names(Schema schema) {
    return schema.columns().stream().map(Types.NestedField::name).toList();
  }
}
