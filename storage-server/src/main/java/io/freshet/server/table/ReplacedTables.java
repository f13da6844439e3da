/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.table;

import io.freshet.server.loop.EventLoop;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tables whose names others have taken. They can be read by id, since queries may have found them
 * before; each goes once no union snapshot of it is under lease.
 */
final class ReplacedTables {
  /** A query that has found a table plans within this time. */
  static final Duration GRACE = Duration.ofSeconds(10);

  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final EventLoop timers;
  private final Clock clock;
  private final Map<UUID, Replaced> tables = new ConcurrentHashMap<>();

  /**
   * A table that goes.
   *
   * @param stored as being dropped
   * @param table takes no writes any more
   */
  record Replaced(StoredTable stored, ServerTable table) {}

  ReplacedTables(EventLoop timers, Clock clock) {
    this.timers = timers;
    this.clock = clock;
  }

  /** Keeps a table as long as it is read, and then hands it to {@code drop}. */
  void add(Replaced replaced, Consumer<Replaced> drop) {
    tables.put(replaced.stored().id(), replaced);
    long earliestMillis = clock.millis() + GRACE.toMillis();
    timers.schedule(INTERVAL, () -> look(replaced, earliestMillis, drop));
  }

  @Nullable ServerTable find(UUID id) {
    Replaced replaced = tables.get(id);
    return replaced == null ? null : replaced.table();
  }

  List<ServerTable> all() {
    return tables.values().stream().map(Replaced::table).toList();
  }

  private void look(Replaced replaced, long earliestMillis, Consumer<Replaced> drop) {
    if (!tables.containsKey(replaced.stored().id())) {
      return;
    }
    var unused =
        replaced
            .table()
            .hasLeases()
            .whenComplete((hasLeases, error) -> {
              if (error == null && !hasLeases && clock.millis() >= earliestMillis) {
                tables.remove(replaced.stored().id());
                drop.accept(replaced);
              } else {
                timers.schedule(INTERVAL, () -> look(replaced, earliestMillis, drop));
              }
            });
  }

  void clear() {
    tables.clear();
  }
}
