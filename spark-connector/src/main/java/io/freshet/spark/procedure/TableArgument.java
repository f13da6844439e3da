/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.procedure;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;

import io.freshet.error.FreshetException;
import io.freshet.table.TableName;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.catalog.procedures.ProcedureParameter;
import org.apache.spark.sql.types.DataTypes;

/**
 * The first argument of procedures of one table.
 *
 * @param catalog which names may have in front
 */
record TableArgument(String catalog) {
  static final ProcedureParameter PARAMETER =
      ProcedureParameter.in("table", DataTypes.StringType)
          .comment("such as ns.t, with or without the catalog")
          .build();

  /**
   * @param procedure for messages
   */
  TableName of(String procedure, InternalRow arguments) {
    String text = arguments.isNullAt(0) ? "" : arguments.getUTF8String(0).toString();
    String prefix = catalog + ".";
    String name = text.startsWith(prefix) ? text.substring(prefix.length()) : text;
    if (name.indexOf('.') < 0) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "Argument table of %s.system.%s is '%s', which is no table: write CALL %s.system.%s(table =>"
              + " 'namespace.name')",
          catalog,
          procedure,
          text,
          catalog,
          procedure);
    }
    return TableName.parse(name);
  }
}
