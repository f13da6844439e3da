/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.shell;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** How answers are printed. */
interface Answers {
  /**
   * Reads the rows of an answer and prints them.
   *
   * @param startNanos when the statement began, by {@code System.nanoTime}
   */
  void print(String statement, Dataset<Row> rows, long startNanos);
}
