/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks.index;

/**
 * What is measured: a map from keys of one or two words to locations, used by one thread.
 *
 * <p>Shape: {@code first, second, locations, previous: long[>= count]}; second is not read for keys
 * of one word.
 */
interface KeyStore extends AutoCloseable {
  /** Stores distinct keys that are not there yet. */
  void load(long[] first, long[] second, long[] locations, int count) throws Exception;

  /** Stores locations, and gets the ones before them. */
  void upsert(long[] first, long[] second, long[] locations, long[] previous, int count)
      throws Exception;

  void get(long[] first, long[] second, long[] locations, int count) throws Exception;

  /** Waits until no work is left in the background. */
  void settle() throws Exception;

  /** On disk and in memory, what depends on the number of keys. */
  String size(long keys) throws Exception;

  @Override
  void close() throws Exception;
}
