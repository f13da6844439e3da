/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino;

import io.trino.server.Server;

/** A real Trino server, as its launcher starts it. */
final class TrinoServerMain {
  private TrinoServerMain() {}

  public static void main(String[] args) {
    try {
      new Server().start(args[0]);
    } catch (Throwable e) {
      e.printStackTrace();
      Runtime.getRuntime().halt(1); // Other threads would keep the process.
    }
  }
}
