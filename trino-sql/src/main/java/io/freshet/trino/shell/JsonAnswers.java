/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.shell;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One JSON object per statement: {@code {"statement": …, "rows": […], "millis": …}}. */
final class JsonAnswers {
  private static final JsonMapper MAPPER = new JsonMapper();

  private final PrintStream out;

  JsonAnswers(PrintStream out) {
    this.out = out;
  }

  /** Runs statements one after another, and prints the answer of each. */
  void run(URI trino, Iterable<String> statements) throws SQLException {
    String url =
        "jdbc:trino://" + trino.getHost() + ":" + trino.getPort() + "/freshet?user=freshet";
    try (Connection connection = DriverManager.getConnection(url);
        Statement running = connection.createStatement()) {
      for (String statement : statements) {
        long startNanos = System.nanoTime();
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("statement", statement);
        ArrayNode rows = answer.putArray("rows");
        if (running.execute(statement)) {
          add(running.getResultSet(), rows);
        }
        answer.put("millis", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos));
        out.println(answer);
        out.flush();
      }
    }
  }

  static String error(String message) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.putObject("error").put("message", message);
    return root.toString();
  }

  private static void add(ResultSet result, ArrayNode rows) throws SQLException {
    int columns = result.getMetaData().getColumnCount();
    while (result.next()) {
      ObjectNode row = rows.addObject();
      for (int i = 1; i <= columns; i++) {
        put(row, result.getMetaData().getColumnLabel(i), result.getObject(i));
      }
    }
  }

  /** Numbers and truth values as such, all else in its text form. */
  private static void put(ObjectNode row, String column, @Nullable Object value) {
    switch (value) {
      case null -> row.putNull(column);
      case Boolean truth -> row.put(column, truth);
      case Double number when Double.isFinite(number) -> row.put(column, number);
      case Float number when Float.isFinite(number) -> row.put(column, number);
      case BigDecimal number -> row.put(column, number);
      case Byte _, Short _, Integer _, Long _ -> row.put(column, ((Number) value).longValue());
      default -> row.set(column, MAPPER.getNodeFactory().textNode(value.toString()));
    }
  }
}
