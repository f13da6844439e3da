/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.error;

/** What the receiver of an error should do about it. Connectors map it to their engine's errors. */
public enum Remedy {
  /** Nothing is wrong with the request: send the same one again after a pause. */
  RETRY,
  /** The union snapshot is gone: plan again and read the new one. */
  REPLAN,
  /** The request can never succeed as it is: change it. */
  FIX_REQUEST,
  /** Somebody has to look at the server: its disk, its lake, its configuration. */
  OPERATOR
}
