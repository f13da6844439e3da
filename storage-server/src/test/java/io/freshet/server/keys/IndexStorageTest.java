/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.keys;

import static io.freshet.error.FreshetErrorCode.TABLE_NOT_READY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.error.FreshetException;
import io.freshet.server.index.KeyIndexConfiguration;
import io.freshet.server.index.KeyIndexConfiguration.Verification;
import io.freshet.server.log.SimulatedDisk;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

final class IndexStorageTest {
  private static final UUID TABLE = new UUID(1, 2);

  @Test
  void indexesAreNotOpenedWhileClosedOnesMayTouchTheirFiles() {
    try (BufferAllocator allocator = new RootAllocator()) {
      IndexStorage storage =
          new IndexStorage(
              new SimulatedDisk(1),
              task -> {},
              allocator,
              new KeyIndexConfiguration(6, 1 << 16, 3, Verification.EVERYTHING),
              new Random(1));
      CompletableFuture<Void> first = new CompletableFuture<>();
      CompletableFuture<Void> second = new CompletableFuture<>();
      storage.close(TABLE, first);
      storage.close(TABLE, second);
      first.complete(null);
      assertThatThrownBy(() -> storage.checkClosed(TABLE))
          .isInstanceOfSatisfying(
              FreshetException.class, e -> assertThat(e.code()).isEqualTo(TABLE_NOT_READY))
          .hasMessageContaining("The key indexes of table " + TABLE + " are still being closed in ")
          .hasMessageContaining(": they are opened again after a pause");
      assertThatCode(() -> storage.checkClosed(new UUID(3, 4))).doesNotThrowAnyException();
      second.completeExceptionally(new IllegalStateException("It is closed, one way or another"));
      assertThatCode(() -> storage.checkClosed(TABLE)).doesNotThrowAnyException();
    }
  }
}
