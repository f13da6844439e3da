/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.flight;

import static io.freshet.error.FreshetErrorCode.TABLE_NOT_READY;

import io.freshet.client.RetryPolicy;
import io.freshet.error.FreshetException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Asks a table again that is being opened, each time after a longer pause. */
final class Backoff {
  /** About half a minute in all. */
  private static final RetryPolicy POLICY =
      new RetryPolicy(12, Duration.ofMillis(10), Duration.ofSeconds(16));

  private Backoff() {}

  /**
   * The answer to a question. The error of the last attempt if the table is not ready by then, and
   * any other error at once.
   */
  static <T> CompletableFuture<T> whileNotReady(
      Supplier<CompletableFuture<T>> question, Executor executor) {
    return attempt(question, executor, executor, 1);
  }

  private static <T> CompletableFuture<T> attempt(
      Supplier<CompletableFuture<T>> question, Executor now, Executor executor, int number) {
    return CompletableFuture.supplyAsync(question, now)
        .thenCompose(answer -> answer)
        .exceptionallyCompose(error -> {
          if (!isNotReady(error) || number >= POLICY.attempts()) {
            return CompletableFuture.failedFuture(error);
          }
          long pauseMillis = POLICY.pause(number).toMillis();
          Executor later =
              CompletableFuture.delayedExecutor(pauseMillis, TimeUnit.MILLISECONDS, executor);
          return attempt(question, later, executor, number + 1);
        });
  }

  private static boolean isNotReady(Throwable error) {
    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    return cause instanceof FreshetException known && known.code() == TABLE_NOT_READY;
  }
}
