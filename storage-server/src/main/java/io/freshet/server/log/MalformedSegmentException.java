/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.log;

/**
 * Bytes of a segment are not what was written. The message says why; the catcher, who knows the
 * bucket, file and position, decides whether it is a torn tail or LOG_CORRUPT.
 */
final class MalformedSegmentException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedSegmentException(String reason) {
    super(reason);
  }
}
