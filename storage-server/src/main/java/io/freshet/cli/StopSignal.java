/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns Ctrl-C and SIGTERM into an interruption of the thread that made this, and keeps the process
 * alive until that thread has cleaned up and closed it.
 */
final class StopSignal implements AutoCloseable {
  private static final long CLEANUP_SECONDS = 90;

  private final CountDownLatch cleanedUp = new CountDownLatch(1);
  private final Thread hook;
  private volatile boolean isGiven;

  private StopSignal(Thread command) {
    this.hook = new Thread(() -> stop(command), "freshet-stop");
  }

  /** Interrupts the current thread when the process is told to end. */
  static StopSignal forThisThread() {
    StopSignal signal = new StopSignal(Thread.currentThread());
    Runtime.getRuntime().addShutdownHook(signal.hook);
    return signal;
  }

  boolean isGiven() {
    return isGiven;
  }

  /** Lets the process end; nothing may be left to do. */
  @Override
  public void close() {
    cleanedUp.countDown();
    if (!isGiven) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        return; // The process is ending, and the hook runs or has run.
      }
    }
  }

  private void stop(Thread command) {
    isGiven = true;
    command.interrupt();
    try {
      cleanedUp.await(CLEANUP_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
