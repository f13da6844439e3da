/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.quickstart;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A query engine that a checkout can run in a process of its own, by a command that takes {@code
 * --uri}, {@code --json} and {@code -e}, and answers each statement by a line of JSON.
 */
public enum QueryEngine {
  SPARK("Spark SQL", "spark-sql", "spark-sql/target/spark-sql.classpath", "TIMESTAMP_NTZ"),
  TRINO("Trino", "trino", "trino-sql/target/trino-sql.classpath", "TIMESTAMP");

  private final String title;
  private final String command;
  private final String builtFile;
  private final String timestamp;

  QueryEngine(String title, String command, String builtFile, String timestamp) {
    this.title = title;
    this.command = command;
    this.builtFile = builtFile;
    this.timestamp = timestamp;
  }

  String title() {
    return title;
  }

  /** Whether it starts without a build, which would take minutes at first. */
  public boolean isBuilt(Path checkout) {
    return Files.exists(checkout.resolve(builtFile));
  }

  /** What runs statements, which semicolons separate. */
  List<String> command(Path checkout, String address, String statements) {
    return List.of(
        checkout.resolve("freshet").toString(),
        command,
        "--uri",
        address,
        "--json",
        "-e",
        statements);
  }

  /** The quickstart's query, with columns {@code name}, {@code flights} and {@code delay}. */
  String query(String flights) {
    return "SELECT name, count(*) AS flights, avg(delay) AS delay FROM "
        + flights
        + " JOIN freshet.demo.airports ON origin = iata WHERE date >= "
        + timestamp
        + " '2001-06-29 00:00:00' GROUP BY name ORDER BY flights DESC";
  }
}
