/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.table;

import io.freshet.server.keys.IndexStorage;
import io.freshet.server.log.Disk;
import io.freshet.server.loop.EventLoop;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.apache.arrow.memory.BufferAllocator;

/**
 * What a table gets from its server.
 *
 * @param loop runs the table's own tasks
 * @param blocking runs reads and writes of the lake
 * @param calls runs what callers wait for and what may block shortly
 * @param newId makes identifiers that never come twice
 * @param indexes where key indexes are kept
 * @param transactions where the transaction records of tables are kept
 * @param epoch of this server; the lake refuses commits of earlier ones
 * @param defaultLease of a union snapshot, if its reader does not ask for another
 * @param maxLease the longest that a reader may ask for
 * @param allocator borrowed; for batches that tiering reads
 */
public record TableContext(
    EventLoop loop,
    Executor blocking,
    Executor calls,
    Supplier<UUID> newId,
    IndexStorage indexes,
    Disk transactions,
    Clock clock,
    long epoch,
    Duration defaultLease,
    Duration maxLease,
    BufferAllocator allocator) {
  TableContext withLoop(EventLoop newLoop) {
    return new TableContext(
        newLoop,
        blocking,
        calls,
        newId,
        indexes,
        transactions,
        clock,
        epoch,
        defaultLease,
        maxLease,
        allocator);
  }
}
