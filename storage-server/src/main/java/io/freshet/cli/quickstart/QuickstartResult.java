/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.quickstart;

import java.util.List;

/**
 * What a quickstart measured.
 *
 * @param unionReads how many times the whole table was read while flights arrived
 * @param tieredRows rows that the server moved into the lake meanwhile
 * @param firstAnswerMillis from the command's start to the first union read
 * @param writeMillis from sending a batch until it is durable, the median
 * @param readableMillis from sending a batch until a union snapshot holds it, the median
 * @param engines what query engines answered, if any was asked
 */
public record QuickstartResult(
    String server,
    String data,
    long writtenRows,
    long lakeRows,
    long freshRows,
    long unionRows,
    long unionReads,
    long tieredRows,
    long firstAnswerMillis,
    double writeMillis,
    double readableMillis,
    double readableMillis95,
    List<EngineResult> engines) {
  public QuickstartResult {
    engines = List.copyOf(engines);
  }

  /** How long a query engine took for the plain lake table, and for the union. */
  public record EngineResult(String engine, long lakeMillis, long unionMillis) {}

  QuickstartResult withEngines(List<EngineResult> answered) {
    return new QuickstartResult(
        server,
        data,
        writtenRows,
        lakeRows,
        freshRows,
        unionRows,
        unionReads,
        tieredRows,
        firstAnswerMillis,
        writeMillis,
        readableMillis,
        readableMillis95,
        answered);
  }
}
