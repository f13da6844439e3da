/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;
import static io.freshet.error.FreshetErrorCode.LOG_WRITE_FAILED;
import static io.freshet.error.FreshetErrorCode.OVERLOADED;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_FOUND;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_READY;
import static io.freshet.error.FreshetErrorCode.WRITER_SEQUENCE_GAP;

import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.freshet.server.bucket.AppendRequest;
import io.freshet.server.bucket.AppendResult;
import io.freshet.server.bucket.Bucket;
import io.freshet.server.log.WriterSequence;
import io.freshet.server.simulation.ChangeHistory.Transaction;
import io.freshet.server.simulation.SimulatedRows.Part;
import io.freshet.server.table.ServerTable;
import io.freshet.server.transaction.TransactionRecord;
import io.freshet.server.transaction.TransactionRecord.State;
import io.freshet.server.transaction.Transactions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A client that writes in transactions, one after the other, each by several writers. After any
 * failure it begins the same one again, sends all of it again, and commits again.
 */
final class TransactionWriter implements Actor {
  private static final FreshetErrorCode[] EXPECTED = {
    OVERLOADED,
    LOG_WRITE_FAILED,
    WRITER_SEQUENCE_GAP,
    INVALID_REQUEST,
    TABLE_NOT_READY,
    TABLE_NOT_FOUND
  };

  /** How many numbers of writers one takes. */
  static final int WRITERS = 2;

  private final TableSimulation simulation;
  private final ChangeHistory history;
  private final Random random;
  private final int number;
  private final List<String> committed = new ArrayList<>();
  private final List<String> aborted = new ArrayList<>();

  private long nextSequence;
  private int begun;
  private @Nullable Work work;
  private @Nullable Attempt attempt;
  private boolean isCalling;

  private record Batch(UUID writer, long sequence, List<Part> parts) {}

  /** What one transaction is to write, and how it is to end. */
  private record Work(Transaction transaction, List<Batch> batches, boolean isToBeAborted) {}

  TransactionWriter(TableSimulation simulation, ChangeHistory history, int number) {
    this.simulation = simulation;
    this.history = history;
    this.random = simulation.random();
    this.number = number;
  }

  @Override
  public void act() {
    ServerTable table = simulation.server().table();
    if (table == null || isCalling) {
      return;
    }
    if (work == null) {
      if (random.nextInt(3) == 0) {
        askAboutAnEndedOne(table);
      } else {
        work = newWork();
      }
    } else if (random.nextInt(60) == 0) {
      giveUp();
    } else {
      goOn(table, work);
    }
  }

  @Override
  public void serverLost() {
    attempt = null;
    isCalling = false;
  }

  @Override
  public void tableReplaced() {
    serverLost();
    work = null;
    committed.clear();
    aborted.clear();
    for (int writer = 0; writer < WRITERS; writer++) {
      simulation.oracle().expectOnlyFrom(number + writer, nextSequence);
    }
  }

  @Override
  public void finish() {
    ServerTable table = simulation.server().table();
    if (table != null && work != null && !isCalling) {
      goOn(table, work);
    }
  }

  @Override
  public boolean isIdle() {
    return work == null && !isCalling;
  }

  @Override
  public String toString() {
    return "transaction writer " + number + (attempt == null ? "" : ", " + attempt);
  }

  private Work newWork() {
    Transaction transaction = history.begin("writer-" + number + ":" + begun++);
    UUID[] writers = {newId(), newId()};
    List<Batch> batches = new ArrayList<>();
    for (int left = random.nextInt(5); left > 0; left--) {
      int writer = random.nextInt(WRITERS);
      List<Part> parts = simulation.rows().newBatch(number + writer, nextSequence);
      history.stage(transaction, parts);
      batches.add(new Batch(writers[writer], nextSequence++, parts));
    }
    return new Work(transaction, batches, random.nextInt(4) == 0);
  }

  private UUID newId() {
    return new UUID(random.nextLong(), random.nextLong());
  }

  private void goOn(ServerTable table, Work current) {
    if (attempt == null) {
      begin(table, current);
    } else if (current.isToBeAborted() && (attempt.isDone() || random.nextInt(4) == 0)) {
      abort(table, current);
    } else if (!attempt.deliver() && attempt != null && attempt.isDone()) {
      commit(table, current);
    }
  }

  /** The client is gone for good: nothing of its transaction may appear unless it has asked. */
  private void giveUp() {
    work = null;
    attempt = null;
  }

  private void begin(ServerTable table, Work current) {
    Long timeoutMillis =
        !simulation.isFinishing() && random.nextInt(5) == 0 ? 1L + random.nextInt(3_000) : null;
    call(
        table,
        transactions ->
            CompletableFuture.completedFuture(
                transactions.begin(current.transaction().id(), timeoutMillis)),
        record -> {
          if (record.state() == State.COMMITTED) {
            committed(table, current);
          } else {
            attempt = new Attempt(table, current, record.state());
          }
        },
        EXPECTED);
  }

  private void commit(ServerTable table, Work current) {
    current.transaction().commitIsAsked();
    call(
        table,
        transactions -> transactions.commit(current.transaction().id(), null, null),
        record -> {
          if (record.state() != State.COMMITTED) {
            throw new InvariantViolation("CommitCommits", "the answer is %s", record);
          }
          committed(table, current);
        },
        EXPECTED);
  }

  private void committed(ServerTable table, Work current) {
    history.committed(current.transaction(), table);
    committed.add(current.transaction().id());
    work = null;
    attempt = null;
  }

  private void abort(ServerTable table, Work current) {
    call(
        table,
        transactions -> {
          transactions.abort(current.transaction().id());
          return CompletableFuture.completedFuture(null);
        },
        unused -> {
          current.transaction().wasAborted();
          aborted.add(current.transaction().id());
          work = null;
          attempt = null;
        },
        EXPECTED);
  }

  /** Committing twice is like committing once; what was aborted can't be committed. */
  private void askAboutAnEndedOne(ServerTable table) {
    boolean wasCommitted = random.nextBoolean();
    List<String> ended = wasCommitted ? committed : aborted;
    if (ended.isEmpty()) {
      return;
    }
    String id = ended.get(random.nextInt(ended.size()));
    boolean isToBeAborted = random.nextInt(3) == 0;
    call(
        table,
        transactions -> {
          if (isToBeAborted) {
            transactions.abort(id);
            return CompletableFuture.completedFuture(null);
          }
          return transactions.commit(id, null, null);
        },
        record -> {
          if (wasCommitted == isToBeAborted) {
            throw new InvariantViolation(
                "EndedStaysEnded", "%s was ended otherwise, and the answer is %s", id, record);
          }
        },
        wasCommitted == isToBeAborted
            ? new FreshetErrorCode[] {INVALID_REQUEST, OVERLOADED, TABLE_NOT_READY, TABLE_NOT_FOUND}
            : new FreshetErrorCode[] {OVERLOADED, TABLE_NOT_READY, TABLE_NOT_FOUND});
  }

  private void call(
      ServerTable table,
      Function<Transactions, CompletableFuture<@Nullable TransactionRecord>> call,
      java.util.function.Consumer<TransactionRecord> then,
      FreshetErrorCode... allowed) {
    isCalling = true;
    SimulatedServer server = simulation.server();
    int incarnation = simulation.oracle().incarnation();
    CompletableFuture<TransactionRecord> answer = table.call(call).thenCompose(record -> record);
    answer.whenComplete((record, error) ->
        simulation.callback(
            server,
            () -> {
              if (incarnation != simulation.oracle().incarnation()) {
                return; // Of a table that was dropped.
              }
              isCalling = false;
              if (error == null) {
                then.accept(record);
              } else {
                FreshetException expected = simulation.checkFailure(answer, allowed);
                attempt = null;
              }
            }));
  }

  /** One way of all batches to a server, from the first on. */
  private final class Attempt {
    private final ServerTable table;
    private final SimulatedServer server = simulation.server();
    private final String id;
    private final Deque<Batch> arriving;
    private final Map<UUID, Map<Integer, Long>> lastSequences = new HashMap<>();
    private int unacknowledged;

    Attempt(ServerTable table, Work work, State state) {
      this.table = table;
      this.id = work.transaction().id();
      // What is being committed is all there.
      this.arriving = new ArrayDeque<>(state == State.OPEN ? work.batches() : List.of());
    }

    boolean isDone() {
      return arriving.isEmpty() && unacknowledged == 0;
    }

    /** Lets the next batch arrive at the server; false if there is none. */
    boolean deliver() {
      if (arriving.isEmpty()) {
        return false;
      }
      Batch batch = arriving.removeFirst();
      try {
        for (Part part : batch.parts()) {
          deliver(batch, part);
        }
      } catch (FreshetException e) {
        failed(CompletableFuture.failedFuture(e));
      }
      return true;
    }

    private void deliver(Batch batch, Part part) {
      Bucket bucket = table.transactions().bucket(id, part.bucket());
      unacknowledged++;
      Long previous =
          lastSequences
              .computeIfAbsent(batch.writer(), unused -> new HashMap<>())
              .put(part.bucket(), batch.sequence());
      CompletableFuture<AppendResult> result =
          bucket.append(
              new AppendRequest(
                  0,
                  new WriterSequence(batch.writer(), batch.sequence()),
                  previous,
                  null,
                  simulation.rows().batch(part.rows(), simulation.allocator())));
      result.whenComplete((value, error) ->
          simulation.callback(
              server,
              () -> {
                unacknowledged--;
                if (error != null) {
                  failed(result);
                }
              }));
    }

    private void failed(CompletableFuture<?> answer) {
      FreshetException expected = simulation.checkFailure(answer, EXPECTED);
      if (attempt == this) {
        attempt = null;
      }
    }

    @Override
    public String toString() {
      return arriving.size() + " batches to send, " + unacknowledged + " to be acknowledged";
    }
  }
}
