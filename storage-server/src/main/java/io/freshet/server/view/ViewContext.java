/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.view;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.iceberg.io.FileIO;

/**
 * What the fresh view gets from its server.
 *
 * @param io reads the lake, and writes the view's files; borrowed
 * @param executor builds virtual snapshots; borrowed
 * @param allocator for fresh rows that are written; borrowed
 * @param epoch of this server; each has a folder of its own for the view's files
 * @param lease how long the files of a virtual snapshot stay after it was handed out last
 */
public record ViewContext(
    FileIO io,
    Executor executor,
    BufferAllocator allocator,
    Clock clock,
    long epoch,
    Duration lease,
    ViewMetrics metrics) {
  long nowMillis() {
    return clock.millis();
  }
}
