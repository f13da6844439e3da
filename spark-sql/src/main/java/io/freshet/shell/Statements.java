/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.shell;

import java.util.List;
import org.apache.spark.sql.catalyst.util.StringUtils;
import scala.jdk.javaapi.CollectionConverters;

/** Divides text into statements, as Spark's own command line does. */
final class Statements {
  private Statements() {}

  /** The statements between semicolons that are in no string, comment or BEGIN … END. */
  static List<String> of(String text) {
    return CollectionConverters.asJava(StringUtils.splitSemiColonWithIndex(text, true)).stream()
        .map(String::strip)
        .filter(statement -> !statement.isEmpty())
        .toList();
  }

  /** Whether a text that is being typed ends with a whole statement. */
  static boolean areWhole(String text) {
    // A semicolon that ends nothing would be part of what follows it.
    int before = of(text).size();
    return text.strip().endsWith(";") && of(text + "\nSELECT 1").size() > before;
  }
}
