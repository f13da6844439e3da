/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.reader;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.apache.arrow.vector.VectorSchemaRoot;

/** The batches of several sources, in order. */
final class ConcatenatedBatches implements BatchSource {
  private final Deque<BatchSource> sources;

  ConcatenatedBatches(List<BatchSource> sources) {
    this.sources = new ArrayDeque<>(sources);
  }

  @Override
  public boolean next() {
    while (!sources.isEmpty()) {
      if (sources.element().next()) {
        return true;
      }
      sources.remove().close();
    }
    return false;
  }

  @Override
  public VectorSchemaRoot batch() {
    return sources.element().batch();
  }

  @Override
  public void close() {
    RuntimeException failure = null;
    while (!sources.isEmpty()) {
      try {
        sources.remove().close();
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
