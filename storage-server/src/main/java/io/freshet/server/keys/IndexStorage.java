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

import io.freshet.error.FreshetException;
import io.freshet.server.index.KeyIndexConfiguration;
import io.freshet.server.log.Disk;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Where a server keeps the key indexes of all tables; nothing here is owned.
 *
 * @param background for reading and writing their files
 * @param allocator for their tables in memory
 * @param secrets makes the secrets of their hashes, which nobody else may guess
 * @param closing by table: completes when indexes that were closed no longer touch their files
 */
public record IndexStorage(
    Disk disk,
    Executor background,
    BufferAllocator allocator,
    KeyIndexConfiguration configuration,
    Random secrets,
    Map<UUID, CompletableFuture<Void>> closing) {
  public IndexStorage(
      Disk disk,
      Executor background,
      BufferAllocator allocator,
      KeyIndexConfiguration configuration,
      Random secrets) {
    this(disk, background, allocator, configuration, secrets, new ConcurrentHashMap<>());
  }

  /** Keeps the indexes of a table from being opened before those that were closed are done. */
  public CompletableFuture<Void> close(UUID tableId, CompletableFuture<Void> closed) {
    return closing.merge(tableId, closed, (one, other) -> CompletableFuture.allOf(one, other));
  }

  /** Fails with a RETRY error while closed indexes of a table may still touch their files. */
  void checkClosed(UUID tableId) {
    CompletableFuture<Void> before = closing.get(tableId);
    if (before != null && !before.isDone()) {
      throw FreshetException.of(
          TABLE_NOT_READY,
          "The key indexes of table %s are still being closed in %s: they are opened again after a"
              + " pause",
          tableId,
          disk.locate(tableId.toString()));
    }
    closing.remove(tableId);
  }
}
