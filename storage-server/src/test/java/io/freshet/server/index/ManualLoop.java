/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

import io.freshet.server.loop.EventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** The loop and the background of an index, both on the test's thread, run when it says so. */
final class ManualLoop implements EventLoop {
  private final ArrayDeque<Runnable> events = new ArrayDeque<>();
  private final List<Runnable> background = new ArrayList<>();

  Executor background() {
    return background::add;
  }

  @Override
  public void execute(Runnable event) {
    events.add(event);
  }

  @Override
  public void submit(Runnable request) {
    events.add(request);
  }

  @Override
  public <T> T call(Supplier<T> task) {
    return task.get();
  }

  @Override
  public void schedule(Duration delay, Runnable event) {
    throw new UnsupportedOperationException("An index has no timers");
  }

  @Override
  public boolean isInLoop() {
    return true;
  }

  /** Runs one event or any one of the background tasks. */
  void runOne(Random random) {
    if (!events.isEmpty() && random.nextBoolean()) {
      events.remove().run();
    } else if (!background.isEmpty()) {
      background.remove(random.nextInt(background.size())).run();
    }
  }

  void runAll() {
    while (!events.isEmpty() || !background.isEmpty()) {
      while (!background.isEmpty()) {
        background.remove(0).run();
      }
      while (!events.isEmpty()) {
        events.remove().run();
      }
    }
  }

  /** Drops everything, as a crash does. */
  void clear() {
    events.clear();
    background.clear();
  }
}
