/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class SimulatedLogTest extends BucketLogContractTest {
  private final ManualExecutor executor = new ManualExecutor();
  private final SimulatedLog log = new SimulatedLog(executor, allocator, () -> now);

  @Override
  Log start() {
    return log;
  }

  @Override
  void crash() {
    log.crash();
    executor.clear();
  }

  @Override
  void settle() {
    executor.runAll();
  }

  @Test
  void crashLosesWhatIsNotDurable() {
    try (LogEntry entry = Entries.entry(allocator, 0, 3)) {
      CompletableFuture<Void> durable = log.open(BUCKET, 1).append(entry);
      log.crash();
      settle();
      assertThat(durable).isNotDone();
    }
    try (BucketLog bucket = log.open(BUCKET, 1)) {
      assertThat(bucket.endOffset()).isZero();
    }
  }

  @Test
  void failedWriteFailsAllThatWait() {
    try (BucketLog bucket = log.open(BUCKET, 1);
        LogEntry first = Entries.entry(allocator, 0, 3);
        LogEntry second = Entries.entry(allocator, 3, 3)) {
      log.failWrites(1);
      CompletableFuture<Void> one = bucket.append(first);
      CompletableFuture<Void> two = bucket.append(second);
      settle();
      assertThatThrownBy(one::join).hasMessageContaining("simulated failure to write");
      assertThatThrownBy(two::join).hasMessageContaining("simulated failure to write");
      CompletableFuture<Void> again = bucket.append(first);
      settle();
      assertThat(again).isCompleted();
    }
  }
}
