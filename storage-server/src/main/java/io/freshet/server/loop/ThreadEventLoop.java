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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An event loop on a thread of its own. */
public final class ThreadEventLoop implements EventLoop, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ThreadEventLoop.class);
  private static final long CLOSE_SECONDS = 30;

  private final String name;
  private final int maxWaitingRequests;
  private final AtomicInteger waitingRequests = new AtomicInteger();
  private final ScheduledThreadPoolExecutor executor;
  private volatile @org.jspecify.annotations.Nullable Thread thread;

  public ThreadEventLoop(String name, int maxWaitingRequests) {
    this.name = name;
    this.maxWaitingRequests = maxWaitingRequests;
    executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread created = new Thread(task, name);
              created.setDaemon(true);
              thread = created;
              return created;
            });
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    executor.setRemoveOnCancelPolicy(true);
  }

  @Override
  public void execute(Runnable event) {
    try {
      executor.execute(() -> run(event));
    } catch (RejectedExecutionException e) {
      LOG.debug("Event dropped, because event loop {} has ended", name, e);
    }
  }

  @Override
  public void submit(Runnable request) {
    if (waitingRequests.incrementAndGet() > maxWaitingRequests) {
      waitingRequests.decrementAndGet();
      throw FreshetException.of(
          OVERLOADED,
          "%d requests already wait for %s: send the request again after a pause",
          maxWaitingRequests,
          name);
    }
    try {
      executor.execute(() -> {
        waitingRequests.decrementAndGet();
        run(request);
      });
    } catch (RejectedExecutionException e) {
      waitingRequests.decrementAndGet();
      throw new FreshetException(OVERLOADED, "The server is shutting down", e);
    }
  }

  @Override
  public <T> T call(Supplier<T> task) {
    if (isInLoop()) {
      return task.get();
    }
    try {
      return CompletableFuture.supplyAsync(task, executor).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        cause.addSuppressed(e); // Where the caller was.
        throw cause;
      }
      throw e;
    } catch (RejectedExecutionException e) {
      throw new FreshetException(OVERLOADED, "The server is shutting down", e);
    }
  }

  @Override
  public void schedule(Duration delay, Runnable event) {
    try {
      var unused = executor.schedule(() -> run(event), delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("Timer dropped, because event loop {} has ended", name, e);
    }
  }

  @Override
  public boolean isInLoop() {
    return Thread.currentThread() == thread;
  }

  /** Lets the tasks that wait run, then ends the thread. */
  @Override
  public void close() {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("Event loop {} did not end within {} s", name, CLOSE_SECONDS);
        executor.shutdownNow();
      }
    } catch (InterruptedException e) {
      executor.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  private void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.error("A task of event loop {} failed", name, e);
      if (e instanceof Error) {
        throw e;
      }
    }
  }
}
