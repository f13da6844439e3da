/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.flight;

import static io.freshet.error.FreshetErrorCode.BATCH_TOO_LARGE;
import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;
import static io.freshet.error.FreshetErrorCode.SERVER_UNAVAILABLE;

import io.freshet.arrow.RecordBatches;
import io.freshet.bucket.BucketSplitter;
import io.freshet.error.FreshetException;
import io.freshet.protocol.Acknowledgement;
import io.freshet.protocol.AppendCommand;
import io.freshet.protocol.BatchMetadata;
import io.freshet.protocol.FlightErrors;
import io.freshet.protocol.Json;
import io.freshet.protocol.OffsetRange;
import io.freshet.server.bucket.AppendRequest;
import io.freshet.server.bucket.AppendResult;
import io.freshet.server.bucket.Bucket;
import io.freshet.server.index.KeyHashes;
import io.freshet.server.keys.BatchKeys;
import io.freshet.server.log.WriterSequence;
import io.freshet.server.table.ServerTable;
import io.freshet.table.TableDefinition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.apache.arrow.flight.FlightProducer.StreamListener;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * One stream of batches into a table. Batches go to their buckets as they come, without waiting for
 * earlier ones, up to a limit of bytes on their way; acknowledgements leave in the order of the
 * batches. The first failure ends the stream, so no later batch overtakes an earlier one of the
 * same writer.
 *
 * <p>The thread that reads the stream also ends it, once all is acknowledged or something failed:
 * ending it frees its buffers, and Flight ends it as soon as that thread leaves.
 */
final class AppendStream {
  private static final int MAX_BYTES_ON_THEIR_WAY = 64 << 20;

  private final ServerTable table;
  private final TableDefinition definition;
  private final AppendCommand command;
  private final BufferAllocator allocator;
  private final long maxBatchBytes;
  private final StreamListener<PutResult> acknowledgements;
  private final BucketSplitter splitter;
  private final @Nullable BatchKeys keys;
  private final Map<Integer, Long> lastSequences = new HashMap<>();
  private final Semaphore room = new Semaphore(MAX_BYTES_ON_THEIR_WAY);
  private final Deque<CompletableFuture<Acknowledgement>> waiting = new ArrayDeque<>();

  private long batches;
  private @Nullable Thread reader;
  private @Nullable Throwable failure;
  private boolean isStopped;

  AppendStream(
      ServerTable table,
      TableDefinition definition,
      AppendCommand command,
      BufferAllocator allocator,
      long maxBatchBytes,
      StreamListener<PutResult> acknowledgements) {
    this.table = table;
    this.definition = definition;
    this.command = command;
    this.allocator = allocator;
    this.maxBatchBytes = maxBatchBytes;
    this.acknowledgements = acknowledgements;
    this.splitter = new BucketSplitter(definition.bucketKey(), definition.buckets());
    this.keys = table.keys() == null ? null : new BatchKeys(definition, table.keys());
  }

  /** Reads the stream to its end, and ends it when all is acknowledged. Blocking. */
  void run(FlightStream stream) throws InterruptedException {
    try {
      AppendColumns columns = new AppendColumns(definition, stream.getSchema());
      while (next(stream)) {
        append(columns, stream.getRoot(), metadata(stream.getLatestMetadata()));
      }
    } catch (RuntimeException e) {
      addFailure(e);
    }
    Throwable error = awaitEnd();
    if (error == null) {
      acknowledgements.onCompleted();
    } else {
      acknowledgements.onError(FlightErrors.toFlight(error));
    }
  }

  /** Takes no further batches, acknowledges those that are on their way, and ends the stream. */
  synchronized void stop() {
    isStopped = true;
    if (reader != null) {
      reader.interrupt();
    }
  }

  /** Waits for the next batch; false at the end, and as soon as an earlier batch has failed. */
  private boolean next(FlightStream stream) {
    synchronized (this) {
      if (failure != null) {
        return false;
      }
      checkStopped();
      reader = Thread.currentThread();
    }
    try {
      return stream.next();
    } catch (RuntimeException e) {
      synchronized (this) {
        if (failure != null) {
          return false;
        }
        checkStopped();
      }
      throw e;
    } finally {
      synchronized (this) {
        reader = null;
        boolean unused = Thread.interrupted(); // It was to wake next(), which is over.
      }
    }
  }

  private void checkStopped() {
    if (isStopped) {
      throw FreshetException.of(
          SERVER_UNAVAILABLE,
          "The server is shutting down: send what was not acknowledged again when it is back");
    }
  }

  private void append(AppendColumns columns, VectorSchemaRoot given, BatchMetadata metadata)
      throws InterruptedException {
    Long sequence = metadata.sequence();
    if (command.writer() != null && sequence == null) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "Batch %d for table %s has no sequence: a writer with an id numbers its batches",
          batches,
          table.name());
    }
    List<BucketSplitter.Part> parts;
    try (VectorSchemaRoot rows = columns.conform(given, allocator)) {
      given.clear();
      parts = parts(rows, metadata);
    }
    batches++;
    long bytes = 0;
    for (BucketSplitter.Part part : parts) {
      bytes += part.batch().computeBodyLength();
    }
    if (bytes > maxBatchBytes) {
      parts.forEach(part -> part.batch().close());
      throw FreshetException.of(
          BATCH_TOO_LARGE,
          "Batch %d for table %s has %d bytes; the limit is %d. Send smaller batches.",
          batches - 1,
          table.name(),
          bytes,
          maxBatchBytes);
    }
    int permits = (int) Math.min(bytes, MAX_BYTES_ON_THEIR_WAY);
    room.acquire(permits);
    CompletableFuture<Acknowledgement> acknowledgement = send(parts, sequence);
    synchronized (this) {
      waiting.addLast(acknowledgement);
    }
    acknowledgement.whenComplete((value, error) -> {
      room.release(permits);
      acknowledge();
    });
  }

  private List<BucketSplitter.Part> parts(VectorSchemaRoot rows, BatchMetadata metadata) {
    if (rows.getRowCount() == 0) {
      return List.of();
    }
    Integer bucket = metadata.bucket();
    if (bucket == null) {
      Long sequence = metadata.sequence();
      return splitter.split(rows, sequence == null ? batches : sequence, allocator);
    }
    if (bucket < 0 || bucket >= definition.buckets()) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "Batch %d is for bucket %d, and table %s has buckets 0 to %d",
          batches,
          bucket,
          table.name(),
          definition.buckets() - 1);
    }
    if (keys != null) {
      keys.checkBucket(rows, bucket);
    }
    return List.of(new BucketSplitter.Part(bucket, RecordBatches.of(rows)));
  }

  /** A part of a batch on its way to its bucket. */
  private record Delivery(Bucket bucket, int number, AppendRequest request) {}

  private CompletableFuture<Acknowledgement> send(
      List<BucketSplitter.Part> parts, @Nullable Long sequence) {
    List<CompletableFuture<OffsetRange>> ranges = new ArrayList<>();
    long rows = 0;
    for (Delivery delivery : deliveries(parts, sequence)) {
      int bucket = delivery.number();
      rows += delivery.request().batch().getLength();
      ranges.add(
          delivery.bucket().append(delivery.request()).thenApply(result -> range(bucket, result)));
    }
    long allRows = rows;
    return CompletableFuture.allOf(ranges.toArray(CompletableFuture[]::new))
        .thenApply(unused ->
            new Acknowledgement(
                sequence,
                allRows,
                ranges.stream()
                    .map(CompletableFuture::join)
                    .filter(range -> range.startOffset() < range.endOffset())
                    .toList()));
  }

  /** What goes where; if that can't be found out, nothing goes anywhere. */
  private List<Delivery> deliveries(List<BucketSplitter.Part> parts, @Nullable Long sequence) {
    try {
      List<Delivery> deliveries = new ArrayList<>();
      boolean isStaged = command.transaction() != null;
      for (BucketSplitter.Part part : parts) {
        WriterSequence writer =
            command.writer() == null || sequence == null
                ? null
                : new WriterSequence(command.writer(), sequence);
        Long previous = sequence == null ? null : lastSequences.put(part.bucket(), sequence);
        KeyHashes hashes = keys == null || isStaged ? null : keys.encode(part.batch(), allocator);
        AppendRequest request =
            new AppendRequest(
                definition.schema().schemaId(), writer, previous, hashes, part.batch());
        deliveries.add(new Delivery(bucket(part.bucket()), part.bucket(), request));
      }
      return deliveries;
    } catch (RuntimeException | Error e) {
      parts.forEach(part -> part.batch().close());
      throw e;
    }
  }

  /** Where the rows of a bucket go: to its log, or for a transaction to be staged. */
  private Bucket bucket(int number) {
    String transaction = command.transaction();
    return transaction == null
        ? table.buckets().get(number)
        : table.transactions().bucket(transaction, number);
  }

  /** Staged rows have no offsets yet. */
  private OffsetRange range(int bucket, AppendResult result) {
    return command.transaction() != null
        ? new OffsetRange(bucket, 0, 0)
        : new OffsetRange(bucket, result.startOffset(), result.endOffset());
  }

  private void addFailure(RuntimeException error) {
    synchronized (this) {
      waiting.addLast(CompletableFuture.failedFuture(error));
    }
    acknowledge();
  }

  /** Waits until all is acknowledged, or until something failed, which is returned. */
  private synchronized @Nullable Throwable awaitEnd() throws InterruptedException {
    while (failure == null && !waiting.isEmpty()) {
      wait();
    }
    return failure;
  }

  /** Sends what is ready, in order, up to the first failure. */
  private synchronized void acknowledge() {
    while (failure == null && !waiting.isEmpty() && waiting.getFirst().isDone()) {
      try {
        byte[] json = Json.write(waiting.removeFirst().join());
        ArrowBuf buffer = allocator.buffer(json.length);
        buffer.writeBytes(json);
        try (PutResult result = PutResult.metadata(buffer)) {
          acknowledgements.onNext(result);
        }
      } catch (RuntimeException e) {
        failure = e;
        if (reader != null) {
          reader.interrupt();
        }
      }
    }
    notifyAll();
  }

  private static BatchMetadata metadata(@Nullable ArrowBuf buffer) {
    if (buffer == null || buffer.readableBytes() == 0) {
      return new BatchMetadata(null, null);
    }
    byte[] json = new byte[(int) buffer.readableBytes()];
    buffer.getBytes(buffer.readerIndex(), json);
    return Json.read(json, BatchMetadata.class, "The metadata of a batch");
  }
}
