/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.shell;

import io.freshet.error.FreshetException;
import org.jspecify.annotations.Nullable;

/** What a user should read of the many exceptions that Spark wraps around one. */
final class SqlFailure {
  private SqlFailure() {}

  /** The error of Freshet in the chain of causes, which says most; null if there is none. */
  static @Nullable FreshetException freshet(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof FreshetException known) {
        return known;
      }
    }
    return null;
  }

  static String message(Throwable failure) {
    FreshetException known = freshet(failure);
    Throwable told = known == null ? failure : known;
    String message = told.getMessage();
    if (message == null || !(told instanceof Exception)) {
      return told.toString();
    }
    // After the sentences, Spark prints the statement or its plan, and stack traces of executors.
    return message.replaceFirst("(?s)\\R\\R.*|;\\R'.*|\\R\\tat .*", "").strip();
  }
}
