/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.LongAdder;

/**
 * Pages of data files, decoded for reading single rows, of all tables; and the footers and indexes
 * that say where pages are. Those used least are dropped. Data files never change, so neither does
 * what is here. On the heap. Thread-safe.
 */
public final class PageCache {
  private static final int ENTRY_BYTES = 128;

  private final Cache<Place, Cached> parts;
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();

  /** Part of a data file. */
  sealed interface Cached permits PageFile, PageChunk, PageCells {
    /** On the heap, about. */
    long sizeBytes();
  }

  /** What may begin at a place of a file. */
  enum Part {
    FILE,
    CHUNK,
    PAGE
  }

  private record Place(String location, Part part, long offset) {}

  /** Reads a part from its file. */
  interface Loader<T> {
    T load() throws IOException;
  }

  /**
   * @param maxBytes how large all parts together may be
   */
  public PageCache(long maxBytes) {
    parts =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .<Place, Cached>weigher((place, cached) -> weight(cached))
            .build();
  }

  /** How many pages were looked for and found. */
  public long hits() {
    return hits.sum();
  }

  /** How many pages had to be decoded. */
  public long misses() {
    return misses.sum();
  }

  /** What is kept now. */
  public long usedBytes() {
    return parts.policy().eviction().orElseThrow().weightedSize().orElseThrow();
  }

  /**
   * A part of a file, loaded if it is not here. Others that want it wait until it is.
   *
   * @param offset where it begins in its file
   * @param loader may not ask for another part
   * @throws UncheckedIOException if the loader fails
   */
  <T extends Cached> T get(
      String location, Part part, long offset, Class<T> type, Loader<T> loader) {
    Place place = new Place(location, part, offset);
    Cached known = parts.getIfPresent(place);
    if (part == Part.PAGE) {
      (known == null ? misses : hits).increment();
    }
    return type.cast(known == null ? parts.get(place, unused -> load(loader)) : known);
  }

  private static <T extends Cached> T load(Loader<T> loader) {
    try {
      return loader.load();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int weight(Cached cached) {
    return (int) Math.min(Integer.MAX_VALUE, ENTRY_BYTES + cached.sizeBytes());
  }
}
