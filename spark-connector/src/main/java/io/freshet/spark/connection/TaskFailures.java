/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.connection;

import io.freshet.error.FreshetException;
import io.freshet.error.Remedy;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The boundary between Freshet's errors and Spark's tasks. An error travels from an executor to the
 * driver, and those of connections have causes that can't: then Spark drops the message, and on JDK
 * 25 its report of that fails too, and the query waits for ever.
 */
public final class TaskFailures {
  private static final Logger LOG = LoggerFactory.getLogger(TaskFailures.class);

  private TaskFailures() {}

  /**
   * Does it; an error is thrown on without its cause, which this process logs.
   *
   * @param what it does, such as {@code read fresh rows of table ns.t}
   */
  public static <T> T travelling(String what, Supplier<T> work) {
    try {
      return work.get();
    } catch (FreshetException e) {
      LOG.warn("Cannot {}", what, e);
      String todo = e.remedy() == Remedy.REPLAN ? ". Run the query again." : "";
      FreshetException travelling =
          new FreshetException(e.code(), "Cannot " + what + ": " + e.getMessage() + todo);
      travelling.setStackTrace(e.getStackTrace());
      throw travelling;
    }
  }
}
