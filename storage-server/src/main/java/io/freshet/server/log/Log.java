/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.log;

import java.util.UUID;

/**
 * All bucket logs of a server. The local implementation keeps files in the server's data folder; it
 * speaks of entries with their own offsets, of epochs and of futures, so that a replicated log can
 * stand in for it.
 */
public interface Log {
  /**
   * Opens a bucket's log for its owner, making an empty one if there is none, and recovers it: an
   * entry torn by a crash is cut off, corrupt bytes before it fail with LOG_CORRUPT. Blocking.
   *
   * @param epoch of the owner; an owner with an older epoch can no longer append
   */
  BucketLog open(BucketId bucket, long epoch);

  /** Deletes all logs of a table; does nothing if there are none. Blocking. */
  void delete(UUID tableId);
}
