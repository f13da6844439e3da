/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs one blocking task at a time on the background executor, and brings its result back to the
 * loop. After a failure it stands still until it is told to go on. All but the tasks belongs to the
 * loop.
 */
final class BackgroundLane {
  private final IndexEnvironment environment;
  private final Runnable next;
  private final Consumer<Exception> onFailure;
  private CompletableFuture<Void> ended = CompletableFuture.completedFuture(null);
  private boolean isBusy;
  private boolean isClosed;
  private @Nullable Exception failure;

  /**
   * @param next called in the loop after each task that has succeeded
   * @param onFailure called in the loop after each one that has failed
   */
  BackgroundLane(IndexEnvironment environment, Runnable next, Consumer<Exception> onFailure) {
    this.environment = environment;
    this.next = next;
    this.onFailure = onFailure;
  }

  boolean isFree() {
    return !isBusy && !isClosed && failure == null;
  }

  @Nullable Exception failure() {
    return failure;
  }

  void unblock() {
    failure = null;
  }

  /**
   * Starts a task. The lane {@link #isFree}.
   *
   * @param done gets its result, in the loop
   * @param undone called in the loop if it has failed
   */
  <T> void start(Callable<T> task, Consumer<T> done, Runnable undone) {
    isBusy = true;
    CompletableFuture<Void> taskEnded = new CompletableFuture<>();
    ended = taskEnded;
    try {
      environment.background().execute(() -> run(task, done, undone, taskEnded));
    } catch (RejectedExecutionException e) {
      taskEnded.complete(null);
      failed(e, undone);
    }
  }

  /** Drops the result of the task that is under way; completes when it has ended. */
  CompletableFuture<Void> close() {
    isClosed = true;
    return ended;
  }

  private <T> void run(
      Callable<T> task, Consumer<T> done, Runnable undone, CompletableFuture<Void> taskEnded) {
    Runnable event;
    try {
      T result = task.call();
      event = () -> succeeded(result, done);
    } catch (Exception e) {
      event = () -> failed(e, undone);
    }
    taskEnded.complete(null);
    environment.loop().execute(event);
  }

  private <T> void succeeded(T result, Consumer<T> done) {
    if (!isClosed) {
      isBusy = false;
      done.accept(result);
      next.run();
    }
  }

  private void failed(Exception e, Runnable undone) {
    if (!isClosed) {
      isBusy = false;
      failure = e;
      undone.run();
      onFailure.accept(e);
    }
  }
}
