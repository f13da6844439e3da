/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks.spark;

import io.freshet.benchmarks.UnionCommand;
import java.io.PrintStream;

/** {@code benchmarks/run spark-union}. */
final class SparkUnionCommand {
  private SparkUnionCommand() {}

  public static void main(String[] arguments) {
    System.exit(run(System.out, System.err, arguments));
  }

  static int run(PrintStream out, PrintStream err, String... arguments) {
    return UnionCommand.run("spark-union", SparkEngine::start, out, err, arguments);
  }
}
