/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.write;

import static io.freshet.error.FreshetErrorCode.UNSUPPORTED;
import static java.util.Objects.requireNonNull;

import io.freshet.client.FreshetClient;
import io.freshet.error.FreshetException;
import io.freshet.protocol.TransactionState;
import io.freshet.spark.connection.Connections;
import io.freshet.table.TableName;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.iceberg.PartitionSpec;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.connector.distributions.Distribution;
import org.apache.spark.sql.connector.distributions.Distributions;
import org.apache.spark.sql.connector.expressions.SortOrder;
import org.apache.spark.sql.connector.write.DeltaBatchWrite;
import org.apache.spark.sql.connector.write.DeltaWrite;
import org.apache.spark.sql.connector.write.DeltaWriteBuilder;
import org.apache.spark.sql.connector.write.DeltaWriterFactory;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.PhysicalWriteInfo;
import org.apache.spark.sql.connector.write.RequiresDistributionAndOrdering;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.apache.spark.sql.connector.write.streaming.StreamingWrite;
import org.apache.spark.sql.internal.connector.SupportsStreamingUpdateAsAppend;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Spark job that writes: an INSERT, or a DELETE, UPDATE or MERGE by primary key. A stream's
 * rows that are updates are upserts, as all rows are.
 */
public final class ChangeWrite
    implements DeltaWriteBuilder,
        DeltaWrite,
        DeltaBatchWrite,
        RequiresDistributionAndOrdering,
        SupportsStreamingUpdateAsAppend {
  private static final Logger LOG = LoggerFactory.getLogger(ChangeWrite.class);

  private final String address;
  private final TableName table;
  private final int schemaId;
  private final LogicalWriteInfo info;
  private final Distribution distribution;
  private final Supplier<StreamingWrite> streams;
  private @Nullable Overwrite overwrite;
  private @Nullable String transaction;
  private List<UUID> deleters = List.of();
  private boolean isStream;

  /**
   * Rows that go when the job commits.
   *
   * @param condition that they match; null if they are those of partitions
   * @param partitioning of the table, if they are those of the partitions of the job's rows
   */
  private record Overwrite(
      KeyDeletes deletes, @Nullable Column condition, @Nullable PartitionSpec partitioning) {}

  /**
   * @param address of the server
   * @param schemaId of the columns that the job is planned with
   * @param distribution of rows among tasks, unless this writes a stream
   * @param streams makes a write that has many jobs
   */
  public ChangeWrite(
      String address,
      TableName table,
      int schemaId,
      LogicalWriteInfo info,
      Distribution distribution,
      Supplier<StreamingWrite> streams) {
    this.address = address;
    this.table = table;
    this.schemaId = schemaId;
    this.info = info;
    this.distribution = distribution;
    this.streams = streams;
  }

  @Override
  public DeltaWrite build() {
    return this;
  }

  @Override
  public DeltaBatchWrite toBatch() {
    return this;
  }

  /** Has the job delete rows that match a condition before it writes its own. */
  void overwrites(KeyDeletes deletes, Column condition) {
    overwrite = new Overwrite(deletes, condition, null);
  }

  /** Has the job delete all other rows of the partitions that its own are in. */
  void overwritesPartitions(KeyDeletes deletes, PartitionSpec partitioning) {
    overwrite = new Overwrite(deletes, null, partitioning);
  }

  @Override
  public StreamingWrite toStreaming() {
    if (overwrite != null) {
      throw FreshetException.of(
          UNSUPPORTED,
          "A stream can't write to table %s with outputMode complete, which overwrites all rows again and"
              + " again: use update, which upserts rows by their primary key",
          table);
    }
    isStream = true;
    return streams.get();
  }

  /** A stream's micro-batches are small, and had better not wait for one another's tasks. */
  @Override
  public Distribution requiredDistribution() {
    return isStream ? Distributions.unspecified() : distribution;
  }

  /** Rows of few keys may be many: Spark may divide them among several tasks. */
  @Override
  public boolean distributionStrictlyRequired() {
    return false;
  }

  @Override
  public SortOrder[] requiredOrdering() {
    return new SortOrder[0];
  }

  @Override
  public String description() {
    return "FreshetWrite(table=" + table + ")";
  }

  /**
   * Begins the job's transaction, in which all its tasks write; none does if it is over already.
   */
  @Override
  public DeltaWriterFactory createBatchWriterFactory(PhysicalWriteInfo physical) {
    TransactionState begun =
        client().beginTransaction(table, TransactionId.of(info.options()), null);
    transaction = begun.transaction();
    boolean isOpen = begun.state() == TransactionState.State.OPEN;
    if (isOpen && overwrite != null && overwrite.condition() != null) {
      deleters =
          overwrite.deletes().stage(address, table, begun.transaction(), overwrite.condition());
    }
    return new ChangeWriterFactory(
        address,
        table.toString(),
        schemaId,
        isOpen ? begun.transaction() : null,
        info.schema(),
        info.rowIdSchema().orElse(null),
        overwrite == null ? null : overwrite.partitioning());
  }

  /** Makes the rows of all tasks visible at once. */
  @Override
  public void commit(WriterCommitMessage[] messages) {
    // A task may have run twice; only the writers of those that Spark has chosen count.
    List<ChangeWriter.Written> written =
        Arrays.stream(messages)
            .filter(ChangeWriter.Written.class::isInstance)
            .map(ChangeWriter.Written.class::cast)
            .toList();
    String known = requireNonNull(transaction, "transaction");
    if (overwrite != null && overwrite.partitioning() != null) {
      Set<List<@Nullable Object>> touched = new HashSet<>();
      written.forEach(task -> touched.addAll(task.partitions()));
      deleters =
          overwrite
              .deletes()
              .stage(
                  address, table, known, new TouchedPartitions(overwrite.partitioning(), touched));
    }
    List<UUID> first =
        Stream.concat(
                deleters.stream(),
                written.stream().flatMap(task -> Stream.ofNullable(task.deleter())))
            .toList();
    List<UUID> writers =
        Stream.concat(first.stream(), written.stream().map(ChangeWriter.Written::writer)).toList();
    var unused = client().commitTransaction(table, known, writers, first);
  }

  @Override
  public void abort(WriterCommitMessage[] messages) {
    if (transaction == null || TransactionId.isGiven(info.options())) {
      return; // Spark failed before it began to write; or who repeats the job goes on in it.
    }
    try {
      var unused = client().abortTransaction(table, transaction);
    } catch (FreshetException e) {
      LOG.warn(
          "Transaction {} of a failed job was not aborted: the server drops it once it is too old",
          transaction,
          e);
    }
  }

  private FreshetClient client() {
    return Connections.to(address);
  }
}
