/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.shell;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.io.PrintStream;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** One JSON object per statement: {@code {"statement": …, "rows": […], "millis": …}}. */
final class JsonAnswers implements Answers {
  private final PrintStream out;

  JsonAnswers(PrintStream out) {
    this.out = out;
  }

  @Override
  public void print(String statement, Dataset<Row> rows, long startNanos) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("statement", statement);
    ArrayNode array = answer.putArray("rows");
    if (rows.columns().length > 0) {
      rows.toJSON().collectAsList().forEach(row -> array.addRawValue(new RawValue(row)));
    }
    answer.put("millis", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos));
    out.println(answer);
    out.flush();
  }

  static String error(String message) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.putObject("error").put("message", message);
    return root.toString();
  }
}
