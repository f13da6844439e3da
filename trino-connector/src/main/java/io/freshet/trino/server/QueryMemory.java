/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.server;

import java.util.HashMap;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Arrow memory for the queries that read on this node. Each has a limit, so that one that reads
 * much at a time fails by itself, and does not take what others need.
 */
public final class QueryMemory {
  private final BufferAllocator catalog;
  private final String catalogName;
  private final long maxBytesPerQuery;
  private final Map<String, Query> queries = new HashMap<>();

  /** What the streams of one query share; guarded by the query memory. */
  private static final class Query {
    private final BufferAllocator allocator;
    private int shares;

    private Query(BufferAllocator allocator) {
      this.allocator = allocator;
    }
  }

  /**
   * @param catalog borrowed
   */
  QueryMemory(BufferAllocator catalog, String catalogName, long maxBytesPerQuery) {
    this.catalog = catalog;
    this.catalogName = catalogName;
    this.maxBytesPerQuery = maxBytesPerQuery;
  }

  /** Memory for one stream of a query, which belongs to the caller. */
  public synchronized Share share(String queryId) {
    Query query =
        queries.computeIfAbsent(
            queryId,
            unused ->
                new Query(
                    catalog.newChildAllocator(
                        "query "
                            + queryId
                            + " in catalog "
                            + catalogName
                            + " (freshet.max-arrow-memory-per-query)",
                        0,
                        maxBytesPerQuery)));
    query.shares++;
    return new Share(
        queryId,
        query.allocator.newChildAllocator("stream of query " + queryId, 0, Long.MAX_VALUE));
  }

  private synchronized void giveBack(String queryId) {
    Query query = queries.get(queryId);
    if (query != null && --query.shares == 0) {
      queries.remove(queryId);
      query.allocator.close();
    }
  }

  /** The memory of one stream. */
  public final class Share implements AutoCloseable {
    private final String queryId;
    private final BufferAllocator allocator;
    private boolean isClosed;

    private Share(String queryId, BufferAllocator allocator) {
      this.queryId = queryId;
      this.allocator = allocator;
    }

    public BufferAllocator allocator() {
      return allocator;
    }

    /** How much the stream has now. */
    public long usedBytes() {
      return allocator.getAllocatedMemory();
    }

    /** For when the stream is closed; fails if that has kept anything. */
    @Override
    public synchronized void close() {
      if (isClosed) {
        return;
      }
      isClosed = true;
      try {
        allocator.close();
      } finally {
        giveBack(queryId);
      }
    }
  }
}
