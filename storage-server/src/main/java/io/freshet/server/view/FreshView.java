/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.view;

import static io.freshet.error.FreshetErrorCode.INTERNAL;

import io.freshet.error.FreshetException;
import io.freshet.server.lake.ViewFolder;
import io.freshet.server.table.ServerTable;
import io.freshet.server.table.Tables;
import io.freshet.table.TableName;
import io.freshet.table.TableOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.SupportsPrefixOperations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The virtual snapshots of all tables. Thread-safe. */
public final class FreshView {
  private static final Logger LOG = LoggerFactory.getLogger(FreshView.class);

  private final Tables tables;
  private final ViewContext context;
  private final long startMillis;
  private final Map<Key, TableView> views = new ConcurrentHashMap<>();

  /** Tables whose files of earlier epochs are gone. Belongs to {@link #expire}. */
  private final Set<UUID> swept = new HashSet<>();

  private record Key(UUID table, Dialect dialect) {}

  public FreshView(Tables tables, ViewContext context) {
    this.tables = tables;
    this.context = context;
    this.startMillis = context.nowMillis();
    context.metrics().watch(this);
  }

  /**
   * The table as a virtual snapshot that has everything that was acknowledged before the call, or
   * {@code maxStaleness} before it, unless the table asks for another. Its files stay for the
   * lease, counted from the answer. Blocking.
   *
   * @throws FreshetException TABLE_NOT_FOUND, TABLE_NOT_READY, LAKE_UNAVAILABLE; UNSUPPORTED if the
   *     dialect can't say what the table is
   */
  TableMetadata load(TableName name, Dialect dialect, Duration maxStaleness) {
    ServerTable table = tables.get(name);
    UUID id = table.id();
    TableView view =
        views.computeIfAbsent(
            new Key(id, dialect), key -> new TableView(context, dialect, () -> tables.get(id)));
    try {
      Duration own = TableOptions.of(table.definition().join().properties()).viewMaxStaleness();
      return view.load(own == null ? maxStaleness : own).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new FreshetException(
              INTERNAL, "Can't build a virtual snapshot of table " + name + ": " + e.getCause(), e);
    }
  }

  /** Deletes files that nobody may read any more. Blocking; for one thread. */
  public void expire() {
    Set<UUID> open = tables.open().stream().map(ServerTable::id).collect(Collectors.toSet());
    views.forEach((key, view) -> {
      if (!view.expire() && !open.contains(key.table())) {
        views.remove(key, view);
      }
    });
    if (context.nowMillis() - startMillis >= context.lease().toMillis()) {
      tables.open().stream().filter(table -> swept.add(table.id())).forEach(this::sweep);
    }
  }

  int files() {
    return views.values().stream().mapToInt(TableView::files).sum();
  }

  /** How long ago the stalest of the newest snapshots was frozen; 0 if there is none. */
  long ageMillis() {
    long oldest = context.nowMillis();
    for (TableView view : views.values()) {
      Long frozenAtMillis = view.frozenAtMillis();
      if (frozenAtMillis != null) {
        oldest = Math.min(oldest, frozenAtMillis);
      }
    }
    return context.nowMillis() - oldest;
  }

  /** Deletes what servers before this one have left behind. */
  private void sweep(ServerTable table) {
    if (!(context.io() instanceof SupportsPrefixOperations files)) {
      return;
    }
    try {
      String metadata = table.base().join().metadataLocation();
      String folder = ViewFolder.of(TableMetadataParser.read(context.io(), metadata).location());
      String mine = "/" + context.epoch() + "/";
      List<String> left = new ArrayList<>();
      for (FileInfo file : files.listPrefix(folder + "/")) {
        if (!file.location().contains(folder.substring(folder.lastIndexOf('/')) + mine)) {
          left.add(file.location());
        }
      }
      NewFiles.delete(left, context.io());
    } catch (RuntimeException e) {
      LOG.warn(
          "Can't look for files that earlier servers have left in the fresh view of table {}: the"
              + " next start tries again",
          table.name(),
          e);
    }
  }
}
