/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.arrow.ArrowRowAppender;
import io.freshet.client.TableWriter;
import io.freshet.protocol.TableDescription;
import io.freshet.table.ColumnText;
import io.freshet.table.TableName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogTableIT {
  private static final TableName TABLE = TableName.parse("db.events");
  private static final Schema SCHEMA = ColumnText.parse("id long not null, name string");

  @TempDir Path data;

  @Test
  void unionHoldsEveryRowOnceBeforeAndAfterTieringAndRestart() {
    try (TestServer server = new TestServer(data)) {
      server.create(TABLE, SCHEMA);
      append(server, 0, 1000);
      assertThat(ids(server)).isEqualTo(expected(1000));

      assertThat(server.client().tier(TABLE).rows()).isEqualTo(1000);
      assertThat(ids(server)).isEqualTo(expected(1000));

      append(server, 1000, 1500);
      assertThat(ids(server)).isEqualTo(expected(1500));
      TableDescription description = server.client().describeTable(TABLE);
      assertThat(description.lakeRows()).isEqualTo(1000);
      assertThat(description.freshRows()).isEqualTo(500);

      server.restart();
      assertThat(ids(server)).isEqualTo(expected(1500));
      server.client().tier(TABLE);
      assertThat(ids(server)).isEqualTo(expected(1500));
      assertThat(server.client().describeTable(TABLE).freshRows()).isZero();
    }
  }

  private static List<Long> expected(long rows) {
    return LongStream.range(0, rows).boxed().toList();
  }

  private static List<Long> ids(TestServer server) {
    List<Long> ids = new ArrayList<>();
    for (Record row : server.rows(TABLE)) {
      ids.add((Long) row.getField("id"));
      assertThat(row.getField("name")).isEqualTo("row " + row.getField("id"));
    }
    ids.sort(null);
    return ids;
  }

  private static void append(TestServer server, long from, long to) {
    try (TableWriter writer = server.client().newWriter(TABLE);
        VectorSchemaRoot rows = VectorSchemaRoot.create(writer.schema(), server.allocator())) {
      for (long start = from; start < to; start += 100) {
        ArrowRowAppender appender = new ArrowRowAppender(SCHEMA, rows);
        for (long id = start; id < start + 100; id++) {
          Record row = GenericRecord.create(SCHEMA);
          row.setField("id", id);
          row.setField("name", "row " + id);
          appender.append(row);
        }
        appender.finish();
        writer.append(rows);
      }
      writer.flush();
    }
  }
}
