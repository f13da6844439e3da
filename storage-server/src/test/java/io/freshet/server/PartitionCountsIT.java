/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.arrow.ArrowRowAppender;
import io.freshet.client.TableWriter;
import io.freshet.error.FreshetException;
import io.freshet.protocol.CreateTable;
import io.freshet.protocol.Json;
import io.freshet.protocol.PartitionCounts;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.table.TableName;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fresh rows counted by partition. */
final class PartitionCountsIT {
  private static final TableName TABLE = TableName.parse("db.counted");
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              Types.NestedField.required(1, "id", Types.LongType.get()),
              Types.NestedField.optional(2, "n", Types.IntegerType.get()),
              Types.NestedField.optional(3, "name", Types.StringType.get())),
          Set.of(1));

  @TempDir Path data;

  @Test
  void liveFreshRowsAreCountedByTransformsWithNulls() {
    try (TestServer server = filled()) {
      assertThat(counts(server, null, "n"))
          .containsExactlyInAnyOrder("[0] 30", "[10] 25", "[20] 25", "[null] 20");
      assertThat(counts(server, null, "truncate(1, name)", "n"))
          .containsExactlyInAnyOrder(
              "[\"o\", 0] 30", "[\"o\", 10] 25", "[\"o\", 20] 25", "[\"o\", null] 20");
      assertThat(counts(server, "{\"type\":\"lt\",\"term\":\"id\",\"value\":12}", "n"))
          .containsExactlyInAnyOrder("[0] 6", "[10] 3", "[20] 3");
      server.client().tier(TABLE);
      assertThat(counts(server, null, "n")).isEmpty();
    }
  }

  @Test
  void noneIsNamedIfThereAreTooMany() {
    try (TestServer server = filled()) {
      UnionSnapshot snapshot = server.client().plan(TABLE);

      assertThat(server.client().countPartitions(snapshot, List.of("n"), null, 3).partitions())
          .isNull();
      assertThat(server.client().countPartitions(snapshot, List.of("n"), null, 4).partitions())
          .hasSize(4);
    }
  }

  @Test
  void whatCanNotBeCountedIsRefused() {
    try (TestServer server = filled()) {
      UnionSnapshot snapshot = server.client().plan(TABLE);

      refused(
          server, snapshot, List.of(), 8, "name a column or a transform, and ask for 1 partition");
      refused(server, snapshot, List.of("n"), 0, "at most 0 partitions");
      refused(server, snapshot, List.of("m"), 8, "m");
      refused(server, snapshot, List.of("day(name)"), 8, "which has no transform day");
    }
  }

  private static void refused(
      TestServer server,
      UnionSnapshot snapshot,
      List<String> partitioning,
      int maxPartitions,
      String message) {
    assertThatThrownBy(
            () -> server.client().countPartitions(snapshot, partitioning, null, maxPartitions))
        .isInstanceOfSatisfying(
            FreshetException.class, e -> assertThat(e.code()).isEqualTo(INVALID_REQUEST))
        .hasMessageContaining(message);
  }

  private static List<String> counts(
      TestServer server, @Nullable String filter, String... partitioning) {
    UnionSnapshot snapshot = server.client().plan(TABLE);
    List<PartitionCounts.Counted> counted =
        server
            .client()
            .countPartitions(
                snapshot, List.of(partitioning), filter == null ? null : Json.tree(filter), 100)
            .partitions();
    assertThat(counted).isNotNull();
    return counted.stream().map(each -> each.values() + " " + each.rows()).toList();
  }

  /** Ids 0 to 99 with n of 0, 10, 20 and null in turn; then 5 of those with null have 0. */
  private TestServer filled() {
    TestServer server = new TestServer(data);
    server
        .client()
        .createTable(
            new CreateTable(TABLE, SCHEMA, null, null, 2, null, Map.of("freshet.freshness", "1h")));
    try (TableWriter writer = server.client().newWriter(TABLE);
        VectorSchemaRoot batch = VectorSchemaRoot.create(writer.schema(), server.allocator())) {
      write(server, writer, batch, 0, 100, 1);
      write(server, writer, batch, 3, 23, 4);
    }
    return server;
  }

  private static void write(
      TestServer server, TableWriter writer, VectorSchemaRoot batch, int from, int to, int step) {
    Schema written = server.client().describeTable(TABLE).writtenSchema();
    ArrowRowAppender appender = new ArrowRowAppender(written, batch);
    for (int id = from; id < to; id += step) {
      Record row = GenericRecord.create(written);
      row.setField("id", (long) id);
      row.setField("n", step > 1 ? Integer.valueOf(0) : id % 4 == 3 ? null : id % 4 * 10);
      row.setField("name", "o" + id);
      appender.append(row);
    }
    appender.finish();
    writer.append(batch).join();
  }
}
