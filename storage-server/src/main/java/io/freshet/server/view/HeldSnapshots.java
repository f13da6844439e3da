/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.view;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The virtual snapshots of a table that can be read, and their files. For one thread at a time. */
final class HeldSnapshots {
  /** So many earlier snapshots are in the history of the next one. */
  private static final int MAX_HISTORY = 5;

  /** Oldest first. */
  private final List<Held> held = new ArrayList<>();

  /** How many snapshots need each file. */
  private final Map<String, Integer> uses = new HashMap<>();

  /**
   * @param frozenAtMillis the snapshot has all that was acknowledged before
   */
  record Held(VirtualSnapshot snapshot, long frozenAtMillis, long expiresAtMillis) {}

  void add(Held added) {
    held.add(added);
    added.snapshot().files().forEach(file -> uses.merge(file, 1, Integer::sum));
  }

  @Nullable Held newest() {
    return held.isEmpty() ? null : held.get(held.size() - 1);
  }

  /** Puts the newest snapshot's times forward. */
  void renewNewest(Held renewed) {
    held.set(held.size() - 1, renewed);
  }

  /** The last snapshots, oldest first. */
  List<VirtualSnapshot> history() {
    return held.subList(Math.max(0, held.size() - MAX_HISTORY), held.size()).stream()
        .map(Held::snapshot)
        .toList();
  }

  /** Drops snapshots whose lease has ended, and answers with the files that none needs any more. */
  Set<String> expire(long nowMillis) {
    return expire(nowMillis, null);
  }

  /** As {@link #expire}, but the newest one stays, since another is built from its files. */
  Set<String> expireAllButNewest(long nowMillis) {
    return expire(nowMillis, newest());
  }

  private Set<String> expire(long nowMillis, @Nullable Held needed) {
    Set<String> unused = new HashSet<>();
    held.removeIf(one -> {
      if (one == needed || one.expiresAtMillis() > nowMillis) {
        return false;
      }
      for (String file : one.snapshot().files()) {
        if (uses.merge(file, -1, Integer::sum) == 0) {
          uses.remove(file);
          unused.add(file);
        }
      }
      return true;
    });
    return unused;
  }

  boolean isEmpty() {
    return held.isEmpty();
  }

  int files() {
    return uses.size();
  }
}
