/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming;

import static io.freshet.streaming.StreamFixture.COLUMNS;
import static io.freshet.streaming.StreamFixture.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.client.FreshetClient;
import io.freshet.spark.SparkExtension;
import io.freshet.spark.TestTables;
import io.freshet.table.TableName;
import java.nio.file.Path;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.Trigger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Batches that a query writes by itself, each once however often it is run. */
@ExtendWith(SparkExtension.class)
final class ForeachBatchIT {
  private final SparkSession spark;
  private final StreamFixture fixture;

  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init")
  ForeachBatchIT(SparkSession spark, FreshetClient client, TestTables tables) {
    this.spark = spark;
    this.fixture = new StreamFixture(spark, client, tables);
  }

  @Test
  void batchThatFailsAfterItsWriteIsWrittenOnce() throws Exception {
    TableName source = fixture.create(COLUMNS);
    TableName target = fixture.create(COLUMNS);
    fixture.append(source, 0, 50);
    VoidFunction2<Dataset<Row>, Long> write =
        (rows, batch) ->
            rows.writeTo("freshet." + target)
                .option("txnAppId", "copy")
                .option("txnVersion", batch.toString())
                .append();

    assertThatThrownBy(() ->
            run(
                source,
                (rows, batch) -> {
                  write.call(rows, batch);
                  throw new IllegalStateException("after the write");
                }))
        .hasMessageContaining("after the write");
    assertThat(fixture.ids(target)).isEqualTo(range(0, 50));

    run(source, write);
    fixture.append(source, 50, 60);
    run(source, write);
    assertThat(fixture.ids(target)).isEqualTo(range(0, 60));
  }

  @Test
  void applicationWithoutVersionIsRefused() {
    TableName target = fixture.create(COLUMNS);

    assertThatThrownBy(() ->
            spark
                .sql("SELECT 1L AS id, 'a' AS name")
                .writeTo("freshet." + target)
                .option("txnAppId", "copy")
                .append())
        .hasMessageContaining("Option txnAppId is set and txnVersion is not");
    assertThat(fixture.ids(target)).isEmpty();
  }

  private void run(TableName source, VoidFunction2<Dataset<Row>, Long> write) throws Exception {
    spark
        .readStream()
        .table("freshet." + source)
        .writeStream()
        .trigger(Trigger.AvailableNow())
        .option("checkpointLocation", folder.toUri().toString())
        .foreachBatch(write)
        .start()
        .awaitTermination();
  }
}
