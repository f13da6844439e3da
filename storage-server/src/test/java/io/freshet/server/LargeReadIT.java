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

import io.freshet.client.FreshStream;
import io.freshet.client.TableWriter;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.table.ColumnText;
import io.freshet.table.TableName;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Reads of more than the connection's buffers hold, so that the server waits for its reader. */
final class LargeReadIT {
  private static final TableName TABLE = TableName.parse("db.numbers");
  private static final Schema SCHEMA = ColumnText.parse("id long not null");
  private static final int BATCHES = 40;
  private static final int BATCH_ROWS = 50_000;

  @TempDir Path data;

  @Test
  @Timeout(value = 100, unit = TimeUnit.SECONDS)
  void everyRowArrives() {
    try (TestServer server = new TestServer(data)) {
      UnionSnapshot snapshot = fill(server);
      long sum = 0;
      try (FreshStream rows = server.client().readFresh(snapshot, null, null, null)) {
        while (rows.next()) {
          BigIntVector ids = (BigIntVector) rows.batch().getVector(0);
          for (int row = 0; row < ids.getValueCount(); row++) {
            sum += ids.get(row);
          }
        }
      }
      long count = (long) BATCHES * BATCH_ROWS;
      assertThat(sum).isEqualTo(count * (count - 1) / 2);
    }
  }

  @Test
  @Timeout(value = 100, unit = TimeUnit.SECONDS)
  void aReaderMayLeaveEarly() {
    try (TestServer server = new TestServer(data)) {
      UnionSnapshot snapshot = fill(server);
      for (int reader = 0; reader < 3; reader++) {
        try (FreshStream rows = server.client().readFresh(snapshot, null, null, null)) {
          assertThat(rows.next()).isTrue();
        }
      }
    }
  }

  private static UnionSnapshot fill(TestServer server) {
    server.create(TABLE, SCHEMA);
    try (TableWriter writer = server.client().newWriter(TABLE);
        VectorSchemaRoot rows = VectorSchemaRoot.create(writer.schema(), server.allocator())) {
      for (int batch = 0; batch < BATCHES; batch++) {
        BigIntVector ids = (BigIntVector) rows.getVector(0);
        for (int row = 0; row < BATCH_ROWS; row++) {
          ids.setSafe(row, (long) batch * BATCH_ROWS + row);
        }
        rows.setRowCount(BATCH_ROWS);
        var unused = writer.append(rows);
      }
      writer.flush();
    }
    return server.client().plan(TABLE);
  }
}
