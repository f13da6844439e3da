/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.log;

import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What a log remembers of its writers: for each, its newest batches in this bucket, oldest first.
 * Not more than {@link #BATCHES_PER_WRITER} per writer, and not more than {@link #MAX_WRITERS}
 * writers, of which those that wrote last are kept.
 */
public record RecoveredWriters(Map<UUID, List<WrittenBatch>> batches) {
  public static final int BATCHES_PER_WRITER = 16;
  public static final int MAX_WRITERS = 10_000;

  /** A batch that is in the log: rows [startOffset, endOffset). */
  public record WrittenBatch(long sequence, long startOffset, long endOffset) {}

  public RecoveredWriters {
    batches = Map.copyOf(batches);
  }
}
