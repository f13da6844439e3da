/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class BackoffTest {
  private final AtomicInteger attempts = new AtomicInteger();

  @Test
  void tableThatIsBeingOpenedIsAskedAgain() {
    assertThat(Backoff.whileNotReady(this::thirdTime, Runnable::run).join()).isEqualTo("open");
    assertThat(attempts).hasValue(3);
  }

  @Test
  void otherErrorsAreAnAnswer() {
    assertThatThrownBy(() ->
            Backoff.whileNotReady(
                    () -> {
                      attempts.incrementAndGet();
                      throw error(FreshetErrorCode.TABLE_NOT_FOUND);
                    },
                    Runnable::run)
                .join())
        .hasMessageContaining("why");
    assertThat(attempts).hasValue(1);
  }

  private CompletableFuture<String> thirdTime() {
    return switch (attempts.incrementAndGet()) {
      case 1 -> throw error(FreshetErrorCode.TABLE_NOT_READY);
      case 2 -> CompletableFuture.failedFuture(error(FreshetErrorCode.TABLE_NOT_READY));
      default -> CompletableFuture.completedFuture("open");
    };
  }

  private static FreshetException error(FreshetErrorCode code) {
    return FreshetException.of(code, "why");
  }
}
