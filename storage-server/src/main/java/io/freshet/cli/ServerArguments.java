/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli;

import io.freshet.client.RetryPolicy;
import picocli.CommandLine.Option;

/** The option that says which server a command talks to. */
final class ServerArguments {
  @Option(
      names = "--server",
      paramLabel = "URI",
      defaultValue = "${env:FRESHET_SERVER:-grpc://127.0.0.1:9090}",
      description =
          "The server's address. Default: the environment variable FRESHET_SERVER, or"
              + " grpc://127.0.0.1:9090.")
  private String address = "";

  String address() {
    return address;
  }

  /** For a few short calls: every failure is told at once. */
  Connection connect() {
    return Connection.open(address, RetryPolicy.NONE);
  }

  /**
   * For reading or writing many rows: a server that is not there is told at once, but one that goes
   * away later is waited for.
   */
  Connection connectForRows() {
    try (Connection probe = connect()) {
      probe.client().serverInfo();
    }
    return Connection.open(address, RetryPolicy.DEFAULT);
  }
}
