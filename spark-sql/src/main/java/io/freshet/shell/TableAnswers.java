/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.shell;

import java.io.PrintStream;
import java.util.Locale;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import scala.Console;

/** As Spark shows rows, with the time that each statement took. */
final class TableAnswers implements Answers {
  private final PrintStream out;
  private final int maxRows;

  TableAnswers(PrintStream out, int maxRows) {
    this.out = out;
    this.maxRows = maxRows;
  }

  @Override
  public void print(String statement, Dataset<Row> rows, long startNanos) {
    if (rows.columns().length > 0) {
      Console.withOut(
          out,
          () -> {
            rows.show(maxRows, false);
            return null;
          });
    }
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    out.printf(Locale.ROOT, "%.2f s%n", seconds);
    out.flush();
  }
}
