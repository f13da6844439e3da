/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.table;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;
import static io.freshet.error.FreshetErrorCode.TABLE_ALREADY_EXISTS;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_FOUND;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_READY;

import io.freshet.error.FreshetException;
import io.freshet.server.lake.Lake;
import io.freshet.server.lake.Lake.DropMode;
import io.freshet.server.lake.LakeTable;
import io.freshet.server.lake.TableAttachment;
import io.freshet.server.loop.EventLoop;
import io.freshet.table.SchemaChange;
import io.freshet.table.TableDefinition;
import io.freshet.table.TableName;
import io.freshet.table.TableOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All tables of a server by name. Creating, altering and dropping happen one at a time; what a
 * crash cut short is finished or undone at the next start. A table whose lake can't be reached is
 * opened later.
 */
public final class Tables {
  public static final int MAX_TABLES = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(Tables.class);
  private static final Duration RETRY = Duration.ofSeconds(2);

  private final TableStore store;
  private final Lake lake;
  private final TableOpener opener;
  private final Executor definitions;
  private final EventLoop timers;
  private final Supplier<UUID> newIds;
  private final Map<TableName, Entry> byName = new ConcurrentHashMap<>();
  private final ReplacedTables replaced;
  private volatile boolean isClosed;

  /**
   * A table that is open, or the reason why it is not.
   *
   * @param closed completes when nothing of what was open before is left
   */
  private record Entry(
      StoredTable stored,
      @Nullable ServerTable table,
      @Nullable LakeTable lake,
      @Nullable String whyNotReady,
      CompletableFuture<Void> closed) {
    static Entry open(StoredTable stored, ServerTable table, LakeTable lake) {
      return new Entry(stored, table, lake, null, CompletableFuture.completedFuture(null));
    }

    static Entry notReady(StoredTable stored, String why) {
      return new Entry(stored, null, null, why, CompletableFuture.completedFuture(null));
    }
  }

  /**
   * @param definitions runs blocking tasks one at a time, in order
   * @param newIds ids for new tables
   * @param clock says how long a table that was replaced is kept
   */
  public Tables(
      TableStore store,
      Lake lake,
      TableOpener opener,
      Executor definitions,
      EventLoop timers,
      Supplier<UUID> newIds,
      Clock clock) {
    this.store = store;
    this.lake = lake;
    this.opener = opener;
    this.definitions = definitions;
    this.timers = timers;
    this.newIds = newIds;
    this.replaced = new ReplacedTables(timers, clock);
  }

  /** Opens all stored tables; completes when each was tried once. */
  public CompletableFuture<Void> start() {
    return define(() -> {
      List<StoredTable> all = store.load();
      for (StoredTable stored : all) {
        boolean isReplaced = all.stream().anyMatch(other -> stored.id().equals(other.replaces()));
        settle(isReplaced ? saveDropping(stored) : stored, null);
      }
      return null;
    });
  }

  /** The open table of that name; TABLE_NOT_FOUND or TABLE_NOT_READY otherwise. */
  public ServerTable get(TableName name) {
    Entry entry = byName.get(name);
    if (entry == null || entry.stored().state() != StoredTable.State.ACTIVE) {
      throw FreshetException.of(
          TABLE_NOT_FOUND,
          "There is no table %s; 'freshet table list' shows the tables of this server",
          name);
    }
    if (entry.table() == null) {
      throw FreshetException.of(
          TABLE_NOT_READY, "Table %s is not ready yet: %s", name, entry.whyNotReady());
    }
    return entry.table();
  }

  /** The open table of that id; TABLE_NOT_FOUND or TABLE_NOT_READY otherwise. */
  public ServerTable get(UUID id) {
    for (Entry entry : byName.values()) {
      if (entry.stored().id().equals(id)) {
        return get(entry.stored().name());
      }
    }
    ServerTable readable = replaced.find(id);
    if (readable != null) {
      return readable;
    }
    throw FreshetException.of(TABLE_NOT_FOUND, "There is no table with id %s: it was dropped", id);
  }

  /** Names of all tables, ready or not, in order. */
  public List<TableName> names() {
    return byName.values().stream()
        .filter(entry -> entry.stored().state() == StoredTable.State.ACTIVE)
        .map(entry -> entry.stored().name())
        .sorted()
        .toList();
  }

  /** Tables that are open now. */
  public List<ServerTable> open() {
    List<ServerTable> open = new ArrayList<>();
    for (Entry entry : byName.values()) {
      if (entry.table() != null) {
        open.add(entry.table());
      }
    }
    return open;
  }

  /** Whether a table has a name, or may get it back if it can't have the one that it is to get. */
  private boolean isTaken(TableName name) {
    return byName.containsKey(name)
        || byName.values().stream().anyMatch(entry -> name.equals(entry.stored().renamedFrom()));
  }

  public CompletableFuture<ServerTable> create(TableDefinition definition) {
    return define(() -> {
      TableName name = definition.name();
      TableOptions.check(definition.properties());
      if (isTaken(name)) {
        throw FreshetException.of(TABLE_ALREADY_EXISTS, "Table %s already exists", name);
      }
      if (byName.size() >= MAX_TABLES) {
        throw FreshetException.of(
            io.freshet.error.FreshetErrorCode.LIMIT_EXCEEDED,
            "Can't create table %s: the server has %d tables already",
            name,
            byName.size());
      }
      StoredTable creating =
          new StoredTable(
              newIds.get(),
              name,
              definition.buckets(),
              StoredTable.State.CREATING,
              null,
              null,
              null);
      store.save(creating);
      ServerTable table = null;
      try {
        LakeTable lakeTable = lake.create(definition, creating.id());
        table = opener.open(creating.id(), lakeTable, null, this::reopen);
        StoredTable active = creating.active();
        store.save(active);
        table.start();
        byName.put(name, Entry.open(active, table, lakeTable));
        return table;
      } catch (RuntimeException e) {
        if (table != null) {
          opener.closeAll(table.buckets());
        }
        settle(creating, null);
        throw e;
      }
    });
  }

  /** Makes an Iceberg table of the lake a Freshet table, with the rows that it has. */
  public CompletableFuture<ServerTable> attach(TableAttachment attachment) {
    return define(() -> {
      TableName name = attachment.name();
      TableOptions.check(attachment.properties());
      if (isTaken(name)) {
        throw FreshetException.of(TABLE_ALREADY_EXISTS, "Table %s already exists", name);
      }
      if (attachment.buckets() < 1 || attachment.buckets() > TableDefinition.MAX_BUCKETS) {
        throw FreshetException.of(
            INVALID_REQUEST,
            "Table %s can't have %d buckets: use 1 to %d",
            name,
            attachment.buckets(),
            TableDefinition.MAX_BUCKETS);
      }
      StoredTable attaching =
          new StoredTable(
              newIds.get(),
              name,
              attachment.buckets(),
              StoredTable.State.ATTACHING,
              null,
              null,
              null);
      store.save(attaching);
      Lake.Attached attached = null;
      try {
        attached = lake.attach(attachment, attaching.id());
        ServerTable table = opener.open(attaching.id(), attached.table(), null, this::reopen);
        StoredTable active = attaching.active();
        store.save(active);
        table.start();
        byName.put(name, Entry.open(active, table, attached.table()));
        return table;
      } catch (RuntimeException e) {
        if (attached != null) {
          lake.detach(name, attaching.id(), attached.before());
        }
        settle(attaching, null);
        throw e;
      }
    });
  }

  public CompletableFuture<Void> alterProperties(
      TableName name, Map<String, String> set, List<String> remove) {
    return this.<CompletableFuture<Void>>define(
            () -> {
              ServerTable table = settled(name);
              TableOptions.check(set);
              TableOptions.checkNames(remove);
              Entry entry = byName.get(name);
              LakeTable lakeTable = entry == null ? null : entry.lake();
              if (lakeTable == null) {
                throw FreshetException.of(TABLE_NOT_READY, "Table %s is not ready yet", name);
              }
              return table.redefine(lakeTable.alterProperties(set, remove));
            })
        .thenCompose(redefined -> redefined);
  }

  /** Changes a table's columns, and opens it again with them. */
  public CompletableFuture<Void> alterSchema(TableName name, List<SchemaChange> changes) {
    ServerTable table = settled(name);
    return table
        .alterSchema(changes)
        .thenCompose(unused -> reopened(table, "its columns were changed"));
  }

  /** Removes all visible rows of a table, and opens it again without them. */
  public CompletableFuture<Void> truncate(TableName name) {
    ServerTable table = settled(name);
    return table.truncate().thenCompose(unused -> reopened(table, "its rows were removed"));
  }

  /** Gives a table another name, and opens it again under that. */
  public CompletableFuture<Void> rename(TableName name, TableName newName) {
    return this.<CompletableFuture<Void>>define(
            () -> {
              ServerTable table = settled(name);
              if (isTaken(newName)) {
                throw FreshetException.of(
                    TABLE_ALREADY_EXISTS,
                    "Table %s can't be renamed to %s: there is a table of that name",
                    name,
                    newName);
              }
              Entry entry = Objects.requireNonNull(byName.get(name), "entry");
              StoredTable renamed = entry.stored().renamed(newName);
              store.save(renamed);
              byName.remove(name);
              return openAgain(table, renamed, "it is being renamed");
            })
        .thenCompose(renamed -> renamed)
        .thenRun(() -> {
          Entry entry = byName.get(newName);
          if (entry == null) {
            throw FreshetException.of(
                TABLE_ALREADY_EXISTS,
                "Table %s can't be renamed to %s: the lake has a table of that name",
                name,
                newName);
          }
        });
  }

  /**
   * Gives a table the name of another, which goes once nobody reads it any more. There is a table
   * of that name at each moment: the other one, which takes no writes, until this one is open.
   */
  public CompletableFuture<Void> replace(TableName name, TableName by) {
    return this.<CompletableFuture<Void>>define(
            () -> {
              ServerTable old = settled(name);
              ServerTable next = settled(by);
              if (old == next) {
                throw FreshetException.of(
                    INVALID_REQUEST,
                    "Table %s can't be replaced by itself: name another table",
                    name);
              }
              StoredTable other = Objects.requireNonNull(byName.get(name), "entry").stored();
              StoredTable taking =
                  Objects.requireNonNull(byName.get(by), "entry").stored().replacing(other);
              store.save(taking); // Decides it: a restart goes on from here.
              byName.remove(by);
              CompletableFuture<CarriedOver> carried = next.handOver();
              return old.retire()
                  .thenCompose(unused -> close(next))
                  .thenCombine(carried, (closed, over) -> over)
                  .thenAcceptAsync(over -> goOn(taking, over), definitions);
            })
        .thenCompose(replaced -> replaced);
  }

  /** The open table of that name, unless another is taking its place. */
  private ServerTable settled(TableName name) {
    ServerTable table = get(name);
    if (table.isRetired()) {
      throw FreshetException.of(
          TABLE_NOT_READY, "Table %s is being replaced by another one: try again", name);
    }
    return table;
  }

  /**
   * Opens a table again, from what the lake and the log hold now: after somebody else has committed
   * to the lake table, or when its index is damaged. Writers are asked to come again meanwhile;
   * union snapshots under lease stay readable.
   */
  private void reopen(ServerTable stale, String reason) {
    CompletableFuture<Void> unused =
        reopened(stale, reason)
            .whenComplete((reopened, error) -> {
              if (error != null) {
                LOG.error("Table {} can't be opened again", stale.name(), error);
              }
            });
  }

  private CompletableFuture<Void> reopened(ServerTable stale, String reason) {
    LOG.info("Table {} is opened again: {}", stale.name(), reason);
    return this.<CompletableFuture<Void>>define(
            () -> {
              Entry entry = byName.get(stale.name());
              if (isClosed || entry == null || entry.table() != stale || stale.isRetired()) {
                return CompletableFuture.completedFuture(null);
              }
              return openAgain(stale, entry.stored(), "it is being opened again: " + reason);
            })
        .thenCompose(reopened -> reopened);
  }

  /** Closes a table, and brings it to where it should be then, unless it is dropped meanwhile. */
  private CompletableFuture<Void> openAgain(ServerTable table, StoredTable stored, String why) {
    CompletableFuture<Void> closed = new CompletableFuture<>();
    byName.put(stored.name(), new Entry(stored, null, null, why, closed));
    CompletableFuture<CarriedOver> carried = table.handOver();
    close(table).whenComplete((unused, error) -> closed.complete(null));
    return closed
        .thenCombine(carried, (unused, over) -> over)
        .thenAcceptAsync(over -> goOn(stored, over), definitions);
  }

  /** Looks whether somebody else has committed to the lake half of a table. */
  public void lakeChanged(TableName name) {
    Entry entry = byName.get(name);
    if (entry != null && entry.table() != null) {
      entry.table().checkLake();
    }
  }

  public CompletableFuture<Void> drop(TableName name, DropMode mode) {
    return this.<CompletableFuture<Void>>define(
            () -> {
              Entry entry = byName.get(name);
              if (entry == null || entry.stored().state() != StoredTable.State.ACTIVE) {
                throw FreshetException.of(TABLE_NOT_FOUND, "There is no table %s to drop", name);
              }
              if (entry.table() != null) {
                var unused = settled(name);
              }
              StoredTable dropping = entry.stored().dropping(mode);
              store.save(dropping);
              byName.put(name, Entry.notReady(dropping, "it is being dropped"));
              CompletableFuture<Void> closed =
                  entry.table() == null ? entry.closed() : close(entry.table());
              return closed.thenRunAsync(() -> settle(dropping, null), definitions);
            })
        .thenCompose(dropped -> dropped);
  }

  /** Closes all tables. Blocking. */
  public void close() {
    isClosed = true;
    Stream.concat(open().stream(), replaced.all().stream())
        .map(this::close)
        .toList()
        .forEach(CompletableFuture::join);
    byName.clear();
    replaced.clear();
  }

  /** Brings a table from the state that is stored to the one it should be in, now or later. */
  private void settle(StoredTable stored, @Nullable CarriedOver carried) {
    StoredTable now = stored;
    try {
      if (stored.state() == StoredTable.State.ACTIVE) {
        show(stored, "it is being opened");
        now = renameInLake(stored);
        LakeTable lakeTable = lake.open(now.name(), now.id(), now.buckets());
        ServerTable table = opener.open(now.id(), lakeTable, carried, this::reopen);
        table.start();
        keepReadable(byName.get(now.name()));
        byName.put(now.name(), Entry.open(now, table, lakeTable));
        return;
      }
      DropMode mode = stored.dropMode() == null ? DropMode.PURGE : stored.dropMode();
      if (stored.state() == StoredTable.State.ATTACHING) {
        mode = DropMode.KEEP_LAKE;
      }
      lake.drop(stored.name(), stored.id(), mode);
      if (stored.renamedFrom() != null) {
        lake.drop(stored.renamedFrom(), stored.id(), mode);
      }
      if (stored.state() == StoredTable.State.DROPPING && mode == DropMode.PURGE) {
        lake.drop(StoredTable.aside(stored.name(), stored.id()), stored.id(), mode);
      }
      opener.delete(stored.id());
      store.delete(stored.id());
      if (has(stored)) {
        byName.remove(stored.name());
      }
    } catch (RuntimeException e) {
      StoredTable left = now;
      LOG.warn(
          "Table {} is {} and can't go on; trying again in {} s: {}",
          left.name(),
          left.state(),
          RETRY.toSeconds(),
          e.toString());
      LOG.debug("Table {} can't go on", left.name(), e);
      show(left, String.valueOf(e.getMessage()));
      timers.schedule(RETRY, () -> definitions.execute(() -> goOn(left, carried)));
    }
  }

  /**
   * Comes to the end of a rename that has begun; the table keeps its name if it can't have another.
   */
  private StoredTable renameInLake(StoredTable stored) {
    if (stored.renamedFrom() == null) {
      return stored;
    }
    StoredTable named = stored.active();
    UUID other = stored.replaces();
    if (other != null) {
      Entry entry = byName.get(stored.name());
      if (entry != null && entry.stored().id().equals(other)) {
        var unused = saveDropping(entry.stored());
      }
      lake.setAside(stored.name(), StoredTable.aside(stored.name(), other), other);
    }
    try {
      lake.rename(stored.renamedFrom(), stored.name(), stored.id());
      store.save(named);
    } catch (FreshetException e) {
      if (e.code() != TABLE_ALREADY_EXISTS || other != null) {
        throw e;
      }
      named = stored.notRenamed();
      store.save(named);
      byName.put(named.name(), Entry.notReady(named, "it is being opened"));
      byName.remove(stored.name());
    }
    return named;
  }

  /** Settles a table unless something else has become of it in the meantime. */
  private void goOn(StoredTable stored, @Nullable CarriedOver carried) {
    Entry entry = byName.get(stored.name());
    boolean isSame = entry != null && entry.stored().equals(stored) && entry.table() == null;
    boolean goesOn = isSame || isHidden(stored) || isTakingOver(stored);
    if (goesOn && !isClosed) {
      settle(stored, carried);
    } else if (carried != null) {
      carried.fail(
          FreshetException.of(
              TABLE_NOT_FOUND, "Table %s was dropped, or its server stopped", stored.name()));
    }
  }

  /** Says why a table is not ready, unless another one has its name meanwhile. */
  private void show(StoredTable stored, String whyNotReady) {
    Entry shown = byName.get(stored.name());
    if (shown == null
        || shown.stored().state() == StoredTable.State.DROPPING
        || shown.stored().id().equals(stored.id())) {
      byName.put(stored.name(), Entry.notReady(stored, whyNotReady));
    }
  }

  /** Whether the table that is found by its name is this one. */
  private boolean has(StoredTable stored) {
    Entry entry = byName.get(stored.name());
    return entry != null && entry.stored().id().equals(stored.id());
  }

  /** Whether a table that is to go has lost its name to another one. */
  private boolean isHidden(StoredTable stored) {
    return stored.state() == StoredTable.State.DROPPING && !has(stored);
  }

  /** Whether a table is to have the name of one that takes no writes any more for that. */
  private boolean isTakingOver(StoredTable stored) {
    Entry entry = byName.get(stored.name());
    return stored.state() == StoredTable.State.ACTIVE
        && entry != null
        && entry.table() != null
        && entry.table().isRetired();
  }

  private StoredTable saveDropping(StoredTable stored) {
    StoredTable dropping = stored.dropping(DropMode.PURGE);
    store.save(dropping);
    return dropping;
  }

  /** Before another table takes its name. */
  private void keepReadable(@Nullable Entry old) {
    if (old != null && old.table() != null) {
      replaced.add(
          new ReplacedTables.Replaced(old.stored().dropping(DropMode.PURGE), old.table()),
          this::dropReplaced);
    }
  }

  private void dropReplaced(ReplacedTables.Replaced old) {
    CompletableFuture<Void> unused =
        close(old.table())
            .thenRunAsync(() -> settle(old.stored(), null), definitions)
            .whenComplete((dropped, error) -> {
              if (error != null) {
                LOG.error("Table {} that was replaced can't be dropped", old.stored().id(), error);
              }
            });
  }

  /**
   * Lets what is on its way into the logs get there, then lets go of everything. Whatever fails,
   * the table is closed then.
   */
  private CompletableFuture<Void> close(ServerTable table) {
    return table
        .close()
        .thenCompose(unused ->
            CompletableFuture.allOf(
                table.buckets().stream()
                    .map(bucket -> {
                      bucket.log().close();
                      return CompletableFuture.supplyAsync(
                              () -> opener.close(bucket), bucket.loop())
                          .thenCompose(closed -> closed);
                    })
                    .toArray(CompletableFuture[]::new)))
        .exceptionally(error -> {
          LOG.error("Table {} was not closed in order", table.name(), error);
          return null;
        });
  }

  @SuppressWarnings("NullAway") // A task without a result completes with null.
  private <T> CompletableFuture<T> define(Supplier<@Nullable T> task) {
    return CompletableFuture.supplyAsync(task::get, definitions);
  }
}
