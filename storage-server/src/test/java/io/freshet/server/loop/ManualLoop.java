/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.loop;

import static io.freshet.error.FreshetErrorCode.OVERLOADED;

import io.freshet.error.FreshetException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.function.Supplier;

/** A loop that runs its tasks when the test says so. */
public final class ManualLoop implements EventLoop {
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private boolean isRunning;
  private boolean isFull;

  /** Refuses requests from now on. */
  public void fill() {
    isFull = true;
  }

  /** Runs all tasks, and those that they add. */
  public void runAll() {
    while (!tasks.isEmpty()) {
      runOne();
    }
  }

  /** Runs the oldest task. */
  public void runOne() {
    isRunning = true;
    try {
      tasks.remove().run();
    } finally {
      isRunning = false;
    }
  }

  @Override
  public void execute(Runnable event) {
    tasks.add(event);
  }

  @Override
  public void submit(Runnable request) {
    if (isFull) {
      throw FreshetException.of(OVERLOADED, "The loop is full");
    }
    tasks.add(request);
  }

  @Override
  public <T> T call(Supplier<T> task) {
    isRunning = true;
    try {
      return task.get();
    } finally {
      isRunning = false;
    }
  }

  @Override
  public void schedule(Duration delay, Runnable event) {
    throw new UnsupportedOperationException("This loop has no clock");
  }

  @Override
  public boolean isInLoop() {
    return isRunning;
  }
}
