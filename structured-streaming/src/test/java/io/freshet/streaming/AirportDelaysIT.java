/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.client.FreshetClient;
import io.freshet.spark.SparkExtension;
import io.freshet.spark.TestTables;
import io.freshet.streaming.example.AirportDelays;
import io.freshet.table.TableName;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The example of the docs, asked while it runs. */
@ExtendWith(SparkExtension.class)
final class AirportDelaysIT {
  private final SparkSession spark;
  private final FreshetClient client;
  private final TestTables tables;

  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init")
  AirportDelaysIT(SparkSession spark, FreshetClient client, TestTables tables) {
    this.spark = spark;
    this.client = client;
    this.tables = tables;
  }

  @Test
  void delaysFollowTheFlights() throws Exception {
    TableName flights =
        tables.create("date timestamp, delay int, origin string, destination string");
    fly(flights, 0);
    client.tier(flights);
    fly(flights, 1);
    String delays = "freshet.test.airport_delays";

    StreamingQuery query =
        AirportDelays.start(spark, "freshet." + flights, delays, folder.toUri().toString());
    for (int day = 2; day < 4; day++) {
      query.processAllAvailable();
      assertThat(Queries.rows(spark, "SELECT * FROM " + delays))
          .hasSize(3 * day)
          .isEqualTo(
              Queries.rows(
                  spark,
                  "SELECT origin, CAST(date_trunc('DAY', date) AS TIMESTAMP), count(*), avg(delay)"
                      + " FROM freshet."
                      + flights
                      + " GROUP BY ALL"));
      fly(flights, day);
    }
    query.stop();
  }

  private void fly(TableName flights, int day) {
    spark.sql(
        String.format(
            "INSERT INTO freshet.%s SELECT TIMESTAMP_NTZ '2026-01-01 10:00:00' + make_interval(0, 0, 0,"
                + " %d, 0, id), CAST(id %% 60 AS INT), element_at(array('SFO', 'OAK', 'SJC'), CAST(id %% 3 + 1 AS INT)), 'LAX'"
                + " FROM range(90)",
            flights, day));
  }
}
