/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.client;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;
import static io.freshet.error.FreshetErrorCode.SCHEMA_MISMATCH;
import static io.freshet.error.FreshetErrorCode.SERVER_UNAVAILABLE;

import io.freshet.arrow.ArrowBatches;
import io.freshet.arrow.ArrowSchemas;
import io.freshet.arrow.RecordBatches;
import io.freshet.bucket.BucketSplitter;
import io.freshet.error.FreshetException;
import io.freshet.error.Remedy;
import io.freshet.protocol.Acknowledgement;
import io.freshet.protocol.AppendCommand;
import io.freshet.protocol.BatchMetadata;
import io.freshet.protocol.FlightErrors;
import io.freshet.protocol.Json;
import io.freshet.protocol.TableDescription;
import io.freshet.table.ChangeType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends batches to a table. Batches are sent without waiting for earlier ones, up to {@link
 * #MAX_UNACKNOWLEDGED_BYTES}; when the server restarts or says RETRY, those that were not
 * acknowledged are sent again in order, and the server drops the ones that it has. Safe for use by
 * many threads.
 */
public final class TableWriter implements AutoCloseable {
  /** How much may be on its way; {@link #append} waits beyond it. */
  public static final long MAX_UNACKNOWLEDGED_BYTES = 64L << 20;

  private static final Logger LOG = LoggerFactory.getLogger(TableWriter.class);
  private static final long READY_POLL_NANOS = 50_000;

  private final FlightConnection connection;
  private final BufferAllocator allocator;
  private final TableDescription table;
  private final Schema schema;
  private final BucketSplitter splitter;
  private final UUID writerId;
  private final @Nullable String transaction;
  private final RetryPolicy retry;
  private final String address;
  private final ScheduledExecutorService reconnects;

  /**
   * Held while batches are given to a stream, so that they leave in the order of their sequences.
   * The stream may keep its holder waiting, therefore what its listener does needs the monitor of
   * this writer alone, which may be taken inside of this lock and not the other way round.
   */
  private final Object sending = new Object();

  private final Map<Long, Unacknowledged> unacknowledged = new LinkedHashMap<>();
  private long unacknowledgedBytes;
  private long nextSequence;
  private int failures;
  private @Nullable Stream stream;
  private @Nullable FreshetException failure;
  private boolean isClosed;

  private record Unacknowledged(
      long sequence,
      int bucket,
      ArrowRecordBatch batch,
      CompletableFuture<Acknowledgement> acknowledgement) {
    /** The same batch with references of its own, for as long as it takes to send it. */
    Unacknowledged share() {
      return new Unacknowledged(sequence, bucket, RecordBatches.share(batch), acknowledgement);
    }
  }

  TableWriter(
      FlightConnection connection,
      BufferAllocator allocator,
      TableDescription table,
      UUID writerId,
      @Nullable String transaction,
      RetryPolicy retry,
      String address) {
    this.connection = connection;
    this.allocator = allocator;
    this.table = table;
    this.schema = ArrowSchemas.toArrow(table.writtenSchema());
    this.splitter = new BucketSplitter(table.bucketKey(), table.buckets());
    this.writerId = writerId;
    this.transaction = transaction;
    this.retry = retry;
    this.address = address;
    this.reconnects =
        Executors.newSingleThreadScheduledExecutor(task -> {
          Thread thread = new Thread(task, "freshet-writer-" + table.table());
          thread.setDaemon(true);
          return thread;
        });
  }

  /**
   * The Arrow schema of batches. For a table with a primary key the last column says of each row
   * what it does, see {@link ChangeType}; a batch may leave it out, and upserts then.
   */
  public Schema schema() {
    return schema;
  }

  /**
   * Sends rows. Takes the buffers out of {@code rows}, which is left empty and can be filled again.
   * Waits while too much is on its way.
   *
   * @return completes when all the rows are durable and visible, or fails when they are not and
   *     will not be
   */
  public CompletableFuture<List<Acknowledgement>> append(VectorSchemaRoot rows) {
    List<CompletableFuture<Acknowledgement>> parts = new ArrayList<>();
    awaitRoom();
    try (VectorSchemaRoot conformed = conform(rows)) {
      synchronized (sending) {
        for (BucketSplitter.Part part : splitter.split(conformed, nextSequence, allocator)) {
          parts.add(send(part.bucket(), part.batch()));
        }
      }
    }
    rows.clear();
    return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
        .thenApply(unused -> parts.stream().map(CompletableFuture::join).toList());
  }

  /** Waits until everything that was appended is acknowledged, or fails with the reason. */
  public void flush() {
    List<CompletableFuture<Acknowledgement>> waiting;
    synchronized (this) {
      if (failure != null) {
        throw failure; // Or a caller that only flushes would not hear of it.
      }
      waiting = unacknowledged.values().stream().map(Unacknowledged::acknowledgement).toList();
    }
    try {
      waiting.forEach(CompletableFuture::join);
    } catch (RuntimeException e) {
      throw FlightErrors.fromFlight(e, address);
    }
  }

  /** Flushes, then ends the stream. What could not be written fails here, too. */
  @Override
  public void close() {
    synchronized (this) {
      if (isClosed) {
        return;
      }
    }
    try {
      flush();
    } finally {
      FreshetException reason = closedError();
      List<Unacknowledged> lost;
      synchronized (sending) {
        synchronized (this) {
          isClosed = true;
          lost = giveUp(reason);
          if (stream != null) {
            stream.complete();
            stream = null;
          }
        }
      }
      reconnects.shutdownNow();
      lost.forEach(sent -> sent.acknowledgement().completeExceptionally(reason));
    }
  }

  private CompletableFuture<Acknowledgement> send(int bucket, ArrowRecordBatch batch) {
    Unacknowledged sent;
    Unacknowledged shared;
    Stream to;
    synchronized (this) {
      if (failure != null || isClosed) {
        batch.close();
        return CompletableFuture.failedFuture(failure != null ? failure : closedError());
      }
      sent = new Unacknowledged(nextSequence++, bucket, batch, new CompletableFuture<>());
      unacknowledged.put(sent.sequence(), sent);
      unacknowledgedBytes += batch.computeBodyLength();
      if (stream == null && failures == 0) {
        stream = new Stream();
      }
      to = stream;
      if (to == null) {
        return sent.acknowledgement(); // It goes with the others once the server is back.
      }
      shared = sent.share();
    }
    to.put(shared);
    return sent.acknowledgement();
  }

  private synchronized void awaitRoom() {
    while (failure == null && !isClosed && unacknowledgedBytes > MAX_UNACKNOWLEDGED_BYTES) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new FreshetException(
            SERVER_UNAVAILABLE, "Interrupted while waiting for the server to take batches", e);
      }
    }
    if (failure != null) {
      throw failure;
    }
    if (isClosed) {
      throw closedError();
    }
  }

  private void acknowledged(Acknowledgement acknowledgement) {
    Unacknowledged sent;
    synchronized (this) {
      Long sequence = acknowledgement.sequence();
      sent = sequence == null ? null : unacknowledged.remove(sequence);
      if (sent == null) {
        return;
      }
      failures = 0;
      unacknowledgedBytes -= sent.batch().computeBodyLength();
      sent.batch().close();
      notifyAll();
    }
    sent.acknowledgement().complete(acknowledgement);
  }

  private void failed(Stream from, FreshetException error) {
    List<Unacknowledged> lost = List.of();
    synchronized (this) {
      if (from != stream) {
        return;
      }
      stream = null;
      failures++;
      if (error.remedy() != Remedy.RETRY || failures >= retry.attempts()) {
        lost = giveUp(error);
      } else if (!unacknowledged.isEmpty()) {
        var unused =
            reconnects.schedule(
                this::sendAgain, retry.pause(failures).toMillis(), TimeUnit.MILLISECONDS);
      } else {
        failures = 0;
      }
    }
    lost.forEach(sent -> sent.acknowledgement().completeExceptionally(error));
  }

  private void sendAgain() {
    connection.forgetFailures();
    synchronized (sending) {
      Stream to;
      List<Unacknowledged> again;
      synchronized (this) {
        if (isClosed || failure != null || stream != null) {
          return;
        }
        to = new Stream();
        stream = to;
        again = unacknowledged.values().stream().map(Unacknowledged::share).toList();
      }
      again.forEach(to::put);
    }
  }

  /** Frees what was not acknowledged, and returns it; the caller holds the monitor. */
  private List<Unacknowledged> giveUp(FreshetException reason) {
    failure = reason;
    List<Unacknowledged> lost = List.copyOf(unacknowledged.values());
    unacknowledged.clear();
    unacknowledgedBytes = 0;
    lost.forEach(sent -> sent.batch().close());
    notifyAll();
    return lost;
  }

  private FreshetException closedError() {
    return FreshetException.of(INVALID_REQUEST, "The writer of table %s was closed", table.table());
  }

  /** The rows in the columns of {@link #schema}, sharing memory with the batch. */
  private VectorSchemaRoot conform(VectorSchemaRoot rows) {
    List<Field> given = rows.getSchema().getFields();
    List<Field> wanted = schema.getFields();
    if (given.equals(wanted)) {
      return ArrowBatches.share(rows, allocator);
    }
    int columns = table.schema().columns().size();
    boolean isUpsert = table.hasPrimaryKey() && given.size() == columns;
    if (!isUpsert || !given.equals(ArrowSchemas.toArrow(table.schema()).getFields())) {
      throw badColumns(rows.getSchema());
    }
    VarCharVector types = (VarCharVector) wanted.get(columns).createVector(allocator);
    types.allocateNew(0, rows.getRowCount());
    types.setValueCount(rows.getRowCount());
    VectorSchemaRoot shared = ArrowBatches.shareAs(rows, wanted.subList(0, columns), allocator);
    List<FieldVector> vectors = new ArrayList<>(shared.getFieldVectors());
    vectors.add(types);
    return new VectorSchemaRoot(schema, vectors, rows.getRowCount());
  }

  private FreshetException badColumns(Schema given) {
    return FreshetException.of(
        SCHEMA_MISMATCH,
        "A batch for table %s has columns %s; the table has %s",
        table.table(),
        given.getFields(),
        schema.getFields());
  }

  /** One Flight stream; replaced by another when it breaks. Its root holds rows in {@link #put}. */
  private final class Stream implements FlightClient.PutListener {
    private final VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator);
    private final VectorLoader loader = new VectorLoader(root);
    private final FlightClient.ClientStreamListener put;
    private volatile boolean isBroken;

    Stream() {
      byte[] command = Json.write(new AppendCommand(table.table(), writerId, transaction));
      put = connection.flight().startPut(FlightDescriptor.command(command), root, this);
      put.setUseZeroCopy(true); // What was sent is never changed.
    }

    /**
     * Sends a batch, and frees it. Waits until the connection takes it. Does nothing if the stream
     * broke: {@link #failed} is told of that, and sends what was not acknowledged again.
     */
    void put(Unacknowledged sent) {
      try (ArrowRecordBatch batch = sent.batch()) {
        while (!put.isReady() && !isBroken) {
          LockSupport.parkNanos(READY_POLL_NANOS);
        }
        if (isBroken) {
          return;
        }
        byte[] json = Json.write(new BatchMetadata(sent.sequence(), sent.bucket()));
        ArrowBuf metadata = allocator.buffer(json.length);
        metadata.writeBytes(json);
        loader.load(batch);
        put.putNext(metadata);
      } catch (RuntimeException e) {
        LOG.debug("The stream to {} broke while a batch was sent", address, e);
      } finally {
        root.clear();
      }
    }

    void complete() {
      try {
        put.completed();
      } catch (RuntimeException e) {
        LOG.debug("The stream to {} was broken at its end", address, e);
      }
    }

    @Override
    public void onNext(PutResult result) {
      ArrowBuf metadata = result.getApplicationMetadata();
      byte[] json = new byte[(int) metadata.readableBytes()];
      metadata.getBytes(metadata.readerIndex(), json);
      acknowledged(Json.read(json, Acknowledgement.class, "An acknowledgement"));
    }

    @Override
    public void onError(Throwable error) {
      isBroken = true; // Whoever waits for the stream to get ready goes on.
      failed(this, FlightErrors.fromFlight(error, address));
    }

    @Override
    public void onCompleted() {
      isBroken = true;
      failed(
          this,
          FreshetException.of(
              SERVER_UNAVAILABLE, "The stream to %s was ended by the server", address));
    }

    @Override
    public void getResult() {
      flush();
    }

    @Override
    public boolean isCancelled() {
      return isBroken;
    }
  }
}
