/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.filter;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;

import io.freshet.error.FreshetException;
import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.ExpressionParser;

/** Iceberg expressions in Iceberg's own JSON form, which is how filters travel. */
public final class ExpressionJson {
  private ExpressionJson() {}

  public static String toJson(Expression expression) {
    return ExpressionParser.toJson(expression);
  }

  /** Reads an expression whose literals have the types of the schema's columns. */
  public static Expression fromJson(String json, Schema schema) {
    try {
      return ExpressionParser.fromJson(json, schema);
    } catch (RuntimeException e) {
      throw new FreshetException(
          INVALID_REQUEST,
          String.format("Filter %s is not an Iceberg expression: %s", json, e.getMessage()),
          e);
    }
  }
}
