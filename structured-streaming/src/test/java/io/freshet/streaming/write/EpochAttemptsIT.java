/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.spark.FreshetCatalog;
import io.freshet.spark.SparkExtension;
import io.freshet.spark.TestTables;
import io.freshet.spark.stream.StreamedTable;
import io.freshet.table.TableName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.write.DataWriter;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.PhysicalWriteInfo;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.apache.spark.sql.connector.write.streaming.StreamingDataWriterFactory;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Attempts of tasks as a scheduler makes them: lost ones, two at the same time, late ones. */
@ExtendWith(SparkExtension.class)
final class EpochAttemptsIT {
  private static final long EPOCH = 7;

  private final org.apache.spark.sql.classic.SparkSession spark;
  private final TestTables tables;
  private final String query = UUID.randomUUID().toString();
  private final List<DataWriter<InternalRow>> attempts = new ArrayList<>();
  private TableName table;
  private EpochWrite write;
  private StreamingDataWriterFactory writers;

  @SuppressWarnings("NullAway.Init")
  EpochAttemptsIT(SparkSession spark, TestTables tables) {
    this.spark = (org.apache.spark.sql.classic.SparkSession) spark;
    this.tables = tables;
  }

  @BeforeEach
  void startWrite() throws Exception {
    table = tables.create("id long");
    FreshetCatalog catalog =
        (FreshetCatalog) spark.sessionState().catalogManager().catalog("freshet");
    StreamedTable streamed =
        catalog.loadStreamed(Identifier.of(table.namespace().toArray(String[]::new), table.name()));
    write = EpochWrite.of(streamed, new Query(query));
    PhysicalWriteInfo tasks = () -> 2;
    writers = write.createStreamingWriterFactory(tasks);
  }

  @AfterEach
  void endAttempts() throws Exception {
    for (DataWriter<InternalRow> writer : attempts) {
      writer.close();
    }
  }

  @Test
  void attemptThatWasLostAfterItHadStagedItsRowsLeavesNone() throws Exception {
    attempt(0, 0, 100).commit(); // Of which the driver never hears.
    attempt(0, 0, 50).abort();
    WriterCommitMessage second = attempt(0, 0, 100).commit();
    WriterCommitMessage other = attempt(1, 100, 150).commit();
    assertThat(ids()).isEmpty();

    write.commit(EPOCH, new WriterCommitMessage[] {second, other});

    assertThat(ids()).isEqualTo(range(0, 150));
  }

  @Test
  void speculativeAttemptsWriteOnce() throws Exception {
    DataWriter<InternalRow> slow = attempt(0, 0, 60);
    WriterCommitMessage quick = attempt(0, 0, 100).commit();
    write(slow, 60, 100);
    slow.commit(); // Too late: the other one was chosen.

    write.commit(EPOCH, new WriterCommitMessage[] {quick});

    assertThat(ids()).isEqualTo(range(0, 100));
  }

  @Test
  void attemptThatGoesOnAfterTheEpochWasCommittedChangesNothing() throws Exception {
    DataWriter<InternalRow> late = attempt(0, 0, 60);
    write.commit(EPOCH, new WriterCommitMessage[] {attempt(0, 0, 100).commit()});
    write(late, 60, 100);

    assertThatThrownBy(late::commit).hasMessageContaining("Cannot write to table " + table);
    assertThat(ids()).isEqualTo(range(0, 100));
  }

  @Test
  void epochThatIsRunAgainAfterItsCommitWritesNothing() throws Exception {
    write.commit(EPOCH, new WriterCommitMessage[] {attempt(0, 0, 100).commit()});

    WriterCommitMessage again = attempt(0, 0, 100).commit();
    write.commit(EPOCH, new WriterCommitMessage[] {again});

    assertThat(again).isEqualTo(new EpochWriter.Nothing());
    assertThat(ids()).isEqualTo(range(0, 100));
  }

  /** A new attempt of a task, which has got some rows. */
  private DataWriter<InternalRow> attempt(int partition, long from, long to) throws IOException {
    DataWriter<InternalRow> writer = writers.createWriter(partition, attempts.size(), EPOCH);
    attempts.add(writer);
    write(writer, from, to);
    return writer;
  }

  private static void write(DataWriter<InternalRow> writer, long from, long to) throws IOException {
    for (long id = from; id < to; id++) {
      writer.write(new GenericInternalRow(new Object[] {id}));
    }
  }

  private List<Long> ids() {
    return spark.sql("SELECT id FROM freshet." + table + " ORDER BY id").collectAsList().stream()
        .map(row -> row.getLong(0))
        .toList();
  }

  private static List<Long> range(long from, long to) {
    return LongStream.range(from, to).boxed().toList();
  }

  /** A query with the column of the table. */
  private record Query(String queryId) implements LogicalWriteInfo {
    @Override
    public CaseInsensitiveStringMap options() {
      return CaseInsensitiveStringMap.empty();
    }

    @Override
    public StructType schema() {
      return new StructType().add("id", "long");
    }
  }
}
