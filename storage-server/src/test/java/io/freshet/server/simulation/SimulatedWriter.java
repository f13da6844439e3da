/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

import io.freshet.server.bucket.AppendRequest;
import io.freshet.server.bucket.AppendResult;
import io.freshet.server.log.WriterSequence;
import io.freshet.server.simulation.Oracle.Acknowledged;
import io.freshet.server.simulation.SimulatedRows.Part;
import io.freshet.server.table.ServerTable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.jspecify.annotations.Nullable;

/**
 * A writer with an id. It sends batches without waiting, over a stream; when that breaks it sends
 * all that was not acknowledged again, over a new one, while the server may still receive from the
 * old.
 */
final class SimulatedWriter implements Actor {
  private final TableSimulation simulation;
  private final Random random;
  private final int number;
  private final UUID id;
  private final Deque<Batch> unacknowledged = new ArrayDeque<>();
  private final List<Stream> oldStreams = new ArrayList<>();

  private long nextSequence;
  private @Nullable Stream stream;

  private record Batch(long sequence, List<Part> parts) {}

  /** A batch that the server has, with what becomes of its parts. */
  private record Sent(Batch batch, List<CompletableFuture<AppendResult>> results) {
    boolean isDone() {
      return results.stream().allMatch(CompletableFuture::isDone);
    }
  }

  SimulatedWriter(TableSimulation simulation, int number) {
    this.simulation = simulation;
    this.random = simulation.random();
    this.number = number;
    this.id = new UUID(random.nextLong(), random.nextLong());
  }

  @Override
  public void act() {
    int choice = random.nextInt(100);
    if (choice < 2 && stream != null) {
      oldStreams.add(stream);
      stream = null;
    } else if (choice < 45) {
      write();
    } else if (choice < 55 && !oldStreams.isEmpty()) {
      Stream old = oldStreams.get(random.nextInt(oldStreams.size()));
      if (!old.deliver() || random.nextInt(10) == 0) {
        oldStreams.remove(old);
      }
    } else {
      send();
    }
  }

  @Override
  public void serverLost() {
    stream = null;
    oldStreams.clear();
  }

  @Override
  public void tableReplaced() {
    serverLost();
    unacknowledged.clear();
    simulation.oracle().expectOnlyFrom(number, nextSequence);
  }

  @Override
  public boolean isIdle() {
    return unacknowledged.isEmpty();
  }

  @Override
  public void finish() {
    send();
  }

  private void send() {
    Stream open = stream;
    if (open == null) {
      ServerTable table = simulation.server().table();
      if (table == null) {
        return;
      }
      open = new Stream(table, simulation.server());
      open.arriving.addAll(unacknowledged);
      stream = open;
    }
    open.deliver();
  }

  private void write() {
    if (unacknowledged.size() >= simulation.settings().maxPipelined()) {
      return;
    }
    long sequence = nextSequence++;
    Batch batch = new Batch(sequence, simulation.rows().newBatch(number, sequence));
    unacknowledged.add(batch);
    if (stream != null) {
      stream.arriving.add(batch);
    }
  }

  private void acknowledged(Sent sent) {
    if (unacknowledged.isEmpty() || unacknowledged.getFirst() != sent.batch()) {
      throw new InvariantViolation(
          "AcknowledgedInOrder", "batch %d of writer %d", sent.batch().sequence(), number);
    }
    unacknowledged.removeFirst();
    for (int i = 0; i < sent.results().size(); i++) {
      Part part = sent.batch().parts().get(i);
      AppendResult result = sent.results().get(i).join();
      simulation
          .oracle()
          .acknowledge(
              new Acknowledged(
                  part.bucket(), part.rows(), result.startOffset(), result.endOffset()));
    }
  }

  /** One stream of batches: what the network has of it, and what the server has. */
  private final class Stream {
    private final ServerTable table;
    private final SimulatedServer server;
    private final Deque<Batch> arriving = new ArrayDeque<>();
    private final Map<Integer, Long> lastSequences = new HashMap<>();
    private final Deque<Sent> waiting = new ArrayDeque<>();
    private boolean hasEnded;

    Stream(ServerTable table, SimulatedServer server) {
      this.table = table;
      this.server = server;
    }

    /** Lets the next batch arrive at the server; false if there is none. */
    boolean deliver() {
      if (hasEnded || arriving.isEmpty() || !server.isAlive()) {
        return false;
      }
      Batch batch = arriving.removeFirst();
      List<CompletableFuture<AppendResult>> results = new ArrayList<>();
      Sent sent = new Sent(batch, results);
      for (Part part : batch.parts()) {
        ArrowRecordBatch rows = simulation.rows().batch(part.rows(), simulation.allocator());
        AppendRequest request =
            new AppendRequest(
                0,
                new WriterSequence(id, batch.sequence()),
                lastSequences.put(part.bucket(), batch.sequence()),
                simulation.rows().keys(rows, table, simulation.allocator()),
                rows);
        results.add(table.buckets().get(part.bucket()).append(request));
      }
      waiting.addLast(sent);
      results.forEach(result ->
          result.whenComplete((value, error) -> simulation.callback(server, this::acknowledge)));
      return true;
    }

    /** Tells the writer what is ready, in order; the first failure ends the stream. */
    private void acknowledge() {
      while (!hasEnded && !waiting.isEmpty() && waiting.getFirst().isDone()) {
        Sent sent = waiting.removeFirst();
        for (CompletableFuture<AppendResult> result : sent.results()) {
          if (result.isCompletedExceptionally()) {
            hasEnded = true;
            simulation.checkAppendFailure(result);
          }
        }
        if (stream == this && hasEnded) {
          stream = null;
        } else if (stream == this) {
          acknowledged(sent);
        }
      }
    }
  }
}
