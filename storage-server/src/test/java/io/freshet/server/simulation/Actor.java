/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

/** Somebody who uses the simulated server. */
interface Actor {
  /** Does one thing, or nothing. */
  void act();

  /** The server has gone, with all that was asked of it. */
  void serverLost();

  /** The table was dropped, and there is another one: what was for the old one is for nobody. */
  void tableReplaced();

  /** Brings what was begun to its end. */
  void finish();

  /** Whether nothing that was begun is left. */
  boolean isIdle();
}
