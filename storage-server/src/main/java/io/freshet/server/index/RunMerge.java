/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

import java.io.IOException;
import java.util.List;

/**
 * Merges entries of tables and runs: the newest entry of each key, with its location brought up to
 * date. Runs on a background thread; its inputs don't change.
 */
final class RunMerge {
  private final KeyForm form;
  private final Input[] inputs;
  private final boolean dropsRemovals;

  /**
   * @param inputs the newest first
   * @param dropsRemovals whether there is nothing older that a removal would have to hide
   */
  RunMerge(KeyForm form, List<Input> inputs, boolean dropsRemovals) {
    this.form = form;
    this.inputs = inputs.toArray(Input[]::new);
    this.dropsRemovals = dropsRemovals;
  }

  void writeTo(RunWriter writer) throws IOException {
    int words = form.words();
    int stride = words + 1;
    int live = 0;
    for (Input input : inputs) {
      if (input.start(stride)) {
        inputs[live++] = input;
      }
    }
    while (live > 0) {
      Input least = inputs[0];
      for (int i = 1; i < live; i++) {
        if (EntryCursor.compare(inputs[i].block, inputs[i].at, least.block, least.at, words) < 0) {
          least = inputs[i];
        }
      }
      if (!dropsRemovals || least.block[least.at + words] != Location.REMOVED) {
        writer.add(least.block, least.at);
      }
      live = skip(least, live, stride);
    }
  }

  /** Moves all inputs that are at the least key to their next one; drops those that have none. */
  private int skip(Input least, int live, int stride) throws IOException {
    int words = form.words();
    int kept = 0;
    // The least itself is last, since its key is compared with.
    for (int i = 0; i < live; i++) {
      Input input = inputs[i];
      boolean isSame =
          input != least
              && EntryCursor.compare(input.block, input.at, least.block, least.at, words) == 0;
      if (!isSame || input.next(stride)) {
        inputs[kept++] = input;
      }
    }
    if (least.next(stride)) {
      return kept;
    }
    int left = 0;
    for (int i = 0; i < kept; i++) {
      if (inputs[i] != least) {
        inputs[left++] = inputs[i];
      }
    }
    return left;
  }

  /** One table or run, and what has happened to the locations in it. */
  static final class Input {
    private final EntryCursor cursor;
    private final List<LocationMapping> mappings;
    private long[] block = {};
    private long[] locations = {};
    private int at;
    private int end;

    /**
     * @param mappings to apply, in this order
     */
    Input(EntryCursor cursor, List<LocationMapping> mappings) {
      this.cursor = cursor;
      this.mappings = List.copyOf(mappings);
    }

    private boolean start(int stride) throws IOException {
      if (!cursor.advance()) {
        return false;
      }
      block = cursor.block();
      at = 0;
      end = cursor.count() * stride;
      map(stride);
      return true;
    }

    private boolean next(int stride) throws IOException {
      at += stride;
      return at < end || start(stride);
    }

    private void map(int stride) {
      if (mappings.isEmpty()) {
        return;
      }
      if (locations.length < cursor.count()) {
        locations = new long[cursor.count()];
      }
      for (LocationMapping mapping : mappings) {
        int count = 0;
        for (int i = stride - 1; i < end; i += stride) {
          if (block[i] != Location.REMOVED) {
            locations[count++] = block[i];
          }
        }
        mapping.map(locations, count);
        count = 0;
        for (int i = stride - 1; i < end; i += stride) {
          if (block[i] != Location.REMOVED) {
            long mapped = locations[count++];
            block[i] = mapped == Location.ABSENT ? Location.REMOVED : mapped;
          }
        }
      }
    }
  }
}
