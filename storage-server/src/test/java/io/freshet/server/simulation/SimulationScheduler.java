/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

import static io.freshet.error.FreshetErrorCode.OVERLOADED;

import io.freshet.error.FreshetException;
import io.freshet.server.loop.EventLoop;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Event loops and executors of one simulated process, all run by the thread that asks for the next
 * event. Tasks of a loop run in order; which loop or executor is next is left to chance. What a
 * task throws is kept for {@link #rethrow}, since futures would swallow it.
 */
final class SimulationScheduler {
  private final Random random;
  private final VirtualClock clock;
  private final List<TaskQueue> queues = new ArrayList<>();
  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(
          Comparator.comparingLong(Timer::dueMillis).thenComparingLong(Timer::number));

  private long timersMade;
  private boolean isStopping;
  private @Nullable TaskQueue running;
  private @Nullable Throwable thrown;

  private record Timer(long dueMillis, long number, SimulatedLoop loop, Runnable event) {}

  SimulationScheduler(Random random, VirtualClock clock) {
    this.random = random;
    this.clock = clock;
  }

  /** A loop that refuses requests while {@code maxWaitingRequests} wait. */
  EventLoop newLoop(int maxWaitingRequests) {
    SimulatedLoop loop = new SimulatedLoop(maxWaitingRequests);
    queues.add(loop);
    return loop;
  }

  /** An executor that starts tasks in order, with up to {@code threads} of them at a time. */
  Executor newExecutor(int threads) {
    TaskQueue executor = new TaskQueue(threads);
    queues.add(executor);
    return executor;
  }

  /** Runs one task of any loop or executor; false if none waits. */
  boolean runOne() {
    startTimers();
    List<TaskQueue> ready = queues.stream().filter(TaskQueue::isReady).toList();
    if (ready.isEmpty()) {
      return false;
    }
    ready.get(random.nextInt(ready.size())).runOne();
    return true;
  }

  /** Lets time pass up to the next timer; false if there is none. */
  boolean awaitTimer() {
    Timer next = timers.peek();
    if (next == null) {
      return false;
    }
    clock.advanceTo(next.dueMillis());
    return true;
  }

  /** Runs what waits, and what follows from it, without any timer. Nothing is left afterwards. */
  void stop() {
    isStopping = true;
    timers.clear();
    while (runOne()) {
      // Until no task is left.
    }
  }

  /** Notes what went wrong in a callback, for {@link #rethrow}. */
  void report(Throwable failure) {
    if (thrown == null) {
      thrown = failure;
    }
  }

  /** Fails if any task has thrown something. */
  void rethrow() {
    if (thrown != null) {
      throw new AssertionError("A task failed: " + thrown, thrown);
    }
  }

  /** What waits, for messages. */
  @Override
  public String toString() {
    return timers.size() + " timers, tasks: " + queues.stream().map(queue -> queue.tasks).toList();
  }

  private void startTimers() {
    while (!timers.isEmpty() && timers.peek().dueMillis() <= clock.millis()) {
      Timer due = timers.poll();
      due.loop().execute(due.event());
    }
  }

  /** Tasks of a loop or an executor. */
  private class TaskQueue implements Executor {
    final List<Runnable> tasks = new ArrayList<>();
    private final int threads;
    private int runningTasks;

    TaskQueue(int threads) {
      this.threads = threads;
    }

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
    }

    /** Whether a task waits, and a thread is free: one may wait for an answer at this moment. */
    final boolean isReady() {
      return !tasks.isEmpty() && runningTasks < threads;
    }

    final void runOne() {
      runningTasks++;
      Runnable task = tasks.remove(random.nextInt(Math.min(threads, tasks.size())));
      TaskQueue outer = running;
      running = this;
      try {
        task.run();
      } catch (Throwable e) {
        report(e);
      } finally {
        running = outer;
        runningTasks--;
      }
    }
  }

  /** An event loop. */
  private final class SimulatedLoop extends TaskQueue implements EventLoop {
    private final int maxWaitingRequests;
    private int waitingRequests;

    SimulatedLoop(int maxWaitingRequests) {
      super(1);
      this.maxWaitingRequests = maxWaitingRequests;
    }

    @Override
    public void submit(Runnable request) {
      if (waitingRequests >= maxWaitingRequests) {
        throw FreshetException.of(
            OVERLOADED, "%d requests already wait for a simulated loop", waitingRequests);
      }
      waitingRequests++;
      execute(() -> {
        waitingRequests--;
        request.run();
      });
    }

    @Override
    public <T> T call(Supplier<T> task) {
      TaskQueue outer = running;
      running = this;
      try {
        return task.get();
      } finally {
        running = outer;
      }
    }

    @Override
    public void schedule(Duration delay, Runnable event) {
      if (!isStopping) {
        timers.add(new Timer(clock.millis() + delay.toMillis(), timersMade++, this, event));
      }
    }

    @Override
    public boolean isInLoop() {
      return running == this;
    }
  }

  /** Time that passes only when it is told to. */
  static final class VirtualClock extends Clock {
    private long millis = 1_000_000;

    void advance(long passedMillis) {
      millis += passedMillis;
    }

    void advanceTo(long newMillis) {
      millis = Math.max(millis, newMillis);
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(millis);
    }

    @Override
    public long millis() {
      return millis;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
