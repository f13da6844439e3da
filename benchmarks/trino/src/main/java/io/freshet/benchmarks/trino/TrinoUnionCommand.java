/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks.trino;

import io.airlift.log.Logging;
import io.freshet.benchmarks.UnionCommand;
import java.io.PrintStream;
import java.util.logging.Level;
import java.util.logging.Logger;

/** {@code benchmarks/run trino-union}. */
final class TrinoUnionCommand {
  static final String NAME = "trino-union";

  private static final Logger ALL_LOGS = Logger.getLogger("");

  private TrinoUnionCommand() {}

  public static void main(String[] arguments) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    var unused = Logging.initialize(); // Or Trino would log what is printed.
    ALL_LOGS.setLevel(Level.WARNING);
    int code = UnionCommand.run(NAME, TrinoEngine::start, out, err, arguments);
    Runtime.getRuntime().halt(code); // Trino's own threads would keep the process.
  }
}
