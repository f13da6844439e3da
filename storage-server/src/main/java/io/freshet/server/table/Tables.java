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
import io.freshet.server.table.NamedTables.Entry;
import io.freshet.table.SchemaChange;
import io.freshet.table.TableDefinition;
import io.freshet.table.TableName;
import io.freshet.table.TableOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
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
  private final NamedTables named = new NamedTables();
  private final ReplacedTables replaced;
  private volatile boolean isClosed;

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
    return named.get(name);
  }

  /** The open table of that id; TABLE_NOT_FOUND or TABLE_NOT_READY otherwise. */
  public ServerTable get(UUID id) {
    Entry entry = named.find(id);
    if (entry != null) {
      return get(entry.stored().name());
    }
    ServerTable readable = replaced.find(id);
    if (readable != null) {
      return readable;
    }
    throw FreshetException.of(TABLE_NOT_FOUND, "There is no table with id %s: it was dropped", id);
  }

  /** Names of all tables, ready or not, in order. */
  public List<TableName> names() {
    return named.names();
  }

  /** Tables that are open now. */
  public List<ServerTable> open() {
    return named.open();
  }

  public CompletableFuture<ServerTable> create(TableDefinition definition) {
    return define(() -> {
      TableName name = definition.name();
      TableOptions.check(definition.properties());
      if (named.isTaken(name)) {
        throw FreshetException.of(TABLE_ALREADY_EXISTS, "Table %s already exists", name);
      }
      if (named.size() >= MAX_TABLES) {
        throw FreshetException.of(
            io.freshet.error.FreshetErrorCode.LIMIT_EXCEEDED,
            "Can't create table %s: the server has %d tables already",
            name,
            named.size());
      }
      StoredTable creating =
          StoredTable.first(newIds.get(), name, definition.buckets(), StoredTable.State.CREATING);
      store.save(creating);
      ServerTable table = null;
      try {
        LakeTable lakeTable = lake.create(definition, creating.id());
        table = opener.open(creating.id(), lakeTable, null, this::reopen);
        StoredTable active = creating.active();
        store.save(active);
        table.start();
        named.put(Entry.open(active, table, lakeTable));
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
      if (named.isTaken(name)) {
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
          StoredTable.first(newIds.get(), name, attachment.buckets(), StoredTable.State.ATTACHING);
      store.save(attaching);
      Lake.Attached attached = null;
      try {
        attached = lake.attach(attachment, attaching.id());
        ServerTable table = opener.open(attaching.id(), attached.table(), null, this::reopen);
        StoredTable active = attaching.active();
        store.save(active);
        table.start();
        named.put(Entry.open(active, table, attached.table()));
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
              ServerTable table = named.settled(name);
              TableOptions.check(set);
              TableOptions.checkNames(remove);
              Entry entry = named.find(name);
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
    ServerTable table = named.settled(name);
    return table
        .alterSchema(changes)
        .whenComplete((unused, error) -> lookAfterFailure(name, error))
        .thenCompose(unused -> reopened(table.id(), open -> true, "its columns were changed"));
  }

  /** Removes all visible rows of a table, and opens it again without them. */
  public CompletableFuture<Void> truncate(TableName name) {
    ServerTable table = named.settled(name);
    return table
        .truncate()
        .whenComplete((unused, error) -> lookAfterFailure(name, error))
        .thenCompose(unused -> reopened(table.id(), open -> true, "its rows were removed"));
  }

  /** What was answered with an error may have been done, by a table that is closed by now. */
  private void lookAfterFailure(TableName name, @Nullable Throwable error) {
    if (error != null) {
      lakeChanged(name);
    }
  }

  /** Gives a table another name, and opens it again under that. */
  public CompletableFuture<Void> rename(TableName name, TableName newName) {
    return this.<CompletableFuture<Void>>define(
            () -> {
              ServerTable table = named.settled(name);
              if (named.isTaken(newName)) {
                throw FreshetException.of(
                    TABLE_ALREADY_EXISTS,
                    "Table %s can't be renamed to %s: there is a table of that name",
                    name,
                    newName);
              }
              Entry entry = Objects.requireNonNull(named.find(name), "entry");
              StoredTable renamed = entry.stored().renamed(newName);
              store.save(renamed);
              named.remove(name);
              return openAgain(table, renamed, "it is being renamed");
            })
        .thenCompose(renamed -> renamed)
        .thenRun(() -> {
          Entry entry = named.find(newName);
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
              ServerTable old = named.settled(name);
              ServerTable next = named.settled(by);
              if (old == next) {
                throw FreshetException.of(
                    INVALID_REQUEST,
                    "Table %s can't be replaced by itself: name another table",
                    name);
              }
              StoredTable other = Objects.requireNonNull(named.find(name), "entry").stored();
              StoredTable taking =
                  Objects.requireNonNull(named.find(by), "entry").stored().replacing(other);
              store.save(taking); // Decides it: a restart goes on from here.
              named.remove(by);
              CompletableFuture<CarriedOver> carried = next.handOver();
              return old.retire()
                  .thenCompose(unused -> opener.close(next))
                  .thenCombine(carried, (closed, over) -> over)
                  .thenAcceptAsync(over -> goOn(taking, over), definitions);
            })
        .thenCompose(replaced -> replaced);
  }

  /**
   * Opens a table again, from what the lake and the log hold now: after somebody else has committed
   * to the lake table, or when its index is damaged. Writers are asked to come again meanwhile;
   * union snapshots under lease stay readable.
   */
  private void reopen(ServerTable stale, String reason) {
    CompletableFuture<Void> unused =
        reopened(stale.id(), open -> open == stale, reason)
            .whenComplete((reopened, error) -> {
              if (error != null) {
                LOG.error("Table {} can't be opened again", stale.name(), error);
              }
            });
  }

  /**
   * As {@link #reopen}. After a change to its lake half, a table is opened again even if that was
   * done since the change was asked for: it may have been before the change took effect.
   *
   * @param isMeant whether the table that is open is to be opened again
   */
  private CompletableFuture<Void> reopened(UUID id, Predicate<ServerTable> isMeant, String reason) {
    return this.<CompletableFuture<Void>>define(
            () -> {
              Entry entry = named.find(id);
              ServerTable open = entry == null ? null : entry.table();
              if (isClosed
                  || entry == null
                  || open == null
                  || open.isRetired()
                  || !isMeant.test(open)) {
                return CompletableFuture.completedFuture(null);
              }
              LOG.info("Table {} is opened again: {}", open.name(), reason);
              return openAgain(open, entry.stored(), "it is being opened again: " + reason);
            })
        .thenCompose(reopened -> reopened);
  }

  /** Closes a table, and brings it to where it should be then, unless it is dropped meanwhile. */
  private CompletableFuture<Void> openAgain(ServerTable table, StoredTable stored, String why) {
    CompletableFuture<Void> closed = new CompletableFuture<>();
    named.put(new Entry(stored, null, null, why, closed));
    CompletableFuture<CarriedOver> carried = table.handOver();
    opener.close(table).whenComplete((unused, error) -> closed.complete(null));
    return closed
        .thenCombine(carried, (unused, over) -> over)
        .thenAcceptAsync(over -> goOn(stored, over), definitions);
  }

  /** Looks whether somebody else has committed to the lake half of a table. */
  public void lakeChanged(TableName name) {
    Entry entry = named.find(name);
    if (entry != null && entry.table() != null) {
      entry.table().checkLake();
    }
  }

  public CompletableFuture<Void> drop(TableName name, DropMode mode) {
    return this.<CompletableFuture<Void>>define(
            () -> {
              Entry entry = named.find(name);
              if (entry == null || entry.stored().state() != StoredTable.State.ACTIVE) {
                throw FreshetException.of(TABLE_NOT_FOUND, "There is no table %s to drop", name);
              }
              if (entry.table() != null) {
                var unused = named.settled(name);
              }
              StoredTable dropping = entry.stored().dropping(mode);
              store.save(dropping);
              named.put(Entry.notReady(dropping, "it is being dropped"));
              CompletableFuture<Void> closed =
                  entry.table() == null ? entry.closed() : opener.close(entry.table());
              return closed.thenRunAsync(() -> settle(dropping, null), definitions);
            })
        .thenCompose(dropped -> dropped);
  }

  /** Closes all tables. Blocking. */
  public void close() {
    isClosed = true;
    Stream.concat(open().stream(), replaced.all().stream())
        .map(opener::close)
        .toList()
        .forEach(CompletableFuture::join);
    named.clear();
    replaced.clear();
  }

  /** Brings a table from the state that is stored to the one it should be in, now or later. */
  private void settle(StoredTable stored, @Nullable CarriedOver carried) {
    StoredTable now = stored;
    try {
      if (stored.state() == StoredTable.State.ACTIVE) {
        named.show(stored, "it is being opened");
        now = renameInLake(stored);
        LakeTable lakeTable = lake.open(now.name(), now.id(), now.buckets());
        ServerTable table = opener.open(now.id(), lakeTable, carried, this::reopen);
        table.start();
        keepReadable(named.find(now.name()));
        named.put(Entry.open(now, table, lakeTable));
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
      named.remove(stored);
    } catch (RuntimeException e) {
      StoredTable left = now;
      LOG.warn(
          "Table {} is {} and can't go on; trying again in {} s: {}",
          left.name(),
          left.state(),
          RETRY.toSeconds(),
          e.toString());
      LOG.debug("Table {} can't go on", left.name(), e);
      named.show(left, String.valueOf(e.getMessage()));
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
    StoredTable renamed = stored.active();
    UUID other = stored.replaces();
    if (other != null) {
      Entry entry = named.find(stored.name());
      if (entry != null && entry.stored().id().equals(other)) {
        var unused = saveDropping(entry.stored());
      }
      lake.setAside(stored.name(), StoredTable.aside(stored.name(), other), other);
    }
    try {
      lake.rename(stored.renamedFrom(), stored.name(), stored.id());
      store.save(renamed);
    } catch (FreshetException e) {
      if (e.code() != TABLE_ALREADY_EXISTS || other != null) {
        throw e;
      }
      renamed = stored.notRenamed();
      store.save(renamed);
      named.put(Entry.notReady(renamed, "it is being opened"));
      named.remove(stored.name());
    }
    return renamed;
  }

  /** Settles a table unless something else has become of it in the meantime. */
  private void goOn(StoredTable stored, @Nullable CarriedOver carried) {
    if (named.waitsFor(stored) && !isClosed) {
      settle(stored, carried);
    } else if (carried != null) {
      carried.fail(
          FreshetException.of(
              TABLE_NOT_FOUND, "Table %s was dropped, or its server stopped", stored.name()));
    }
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
        opener
            .close(old.table())
            .thenRunAsync(() -> settle(old.stored(), null), definitions)
            .whenComplete((dropped, error) -> {
              if (error != null) {
                LOG.error("Table {} that was replaced can't be dropped", old.stored().id(), error);
              }
            });
  }

  @SuppressWarnings("NullAway") // A task without a result completes with null.
  private <T> CompletableFuture<T> define(Supplier<@Nullable T> task) {
    return CompletableFuture.supplyAsync(task::get, definitions);
  }
}
