/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.loop;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Runs tasks one after the other, in the order in which one thread gave them. State that belongs to
 * a loop is touched by its tasks only, so it needs no locks. Tasks never block.
 */
public interface EventLoop extends Executor {
  /** Adds an event of the server itself, such as a finished write; never refused while running. */
  @Override
  void execute(Runnable event);

  /** Adds a caller's request; refused with OVERLOADED when too many wait. */
  void submit(Runnable request);

  /** Runs a task in the loop and waits for its result. Blocking; not for tasks of another loop. */
  <T> T call(Supplier<T> task);

  /** Runs {@code event} once, after {@code delay}, unless the loop has ended by then. */
  void schedule(Duration delay, Runnable event);

  boolean isInLoop();

  /** Fails if the calling code is not a task of this loop. */
  default void assertInLoop() {
    if (!isInLoop()) {
      throw new IllegalStateException("Called outside of its event loop");
    }
  }
}
