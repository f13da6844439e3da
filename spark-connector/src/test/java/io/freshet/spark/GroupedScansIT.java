/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.client.FreshetClient;
import io.freshet.table.TableName;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Joins and aggregates by what tables are partitioned by need no shuffle, fresh rows or not. */
@ExtendWith(SparkExtension.class)
final class GroupedScansIT {
  private static final String COLUMNS =
      "id long not null, p int, at timestamptz, s string, price decimal(9,2), primary key (id)";
  private static final String IN_PLACE = "spark.sql.sources.v2.bucketing.enabled";
  private static final Map<String, String> SETTINGS =
      Map.of(
          IN_PLACE,
          "true",
          "spark.sql.sources.v2.bucketing.pushPartValues.enabled",
          "true",
          "spark.sql.requireAllClusterKeysForCoPartition",
          "false",
          "spark.sql.iceberg.planning.preserve-data-grouping",
          "true",
          "spark.sql.autoBroadcastJoinThreshold",
          "-1",
          "spark.sql.adaptive.enabled",
          "false");
  private static final String JOIN =
      "SELECT a.id, a.p, b.p, a.s, b.s FROM freshet.%s a JOIN freshet.%s b ON a.id = b.id AND a.p ="
          + " b.p AND a.at = b.at AND a.s = b.s AND a.price = b.price";

  private final SparkSession spark;
  private final FreshetClient client;
  private final TestTables tables;

  GroupedScansIT(SparkSession spark, FreshetClient client, TestTables tables) {
    this.spark = spark;
    this.client = client;
    this.tables = tables;
  }

  @BeforeEach
  void set() {
    SETTINGS.forEach((name, value) -> spark.conf().set(name, value));
  }

  @AfterEach
  void unset() {
    SETTINGS.keySet().forEach(name -> spark.conf().unset(name));
  }

  @ParameterizedTest(name = "partitioned by {0}, lake rows {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "p                    | true",
        "p                    | false",
        "bucket(3, id)        | true",
        "bucket(2, id), day(at) | true",
        "month(at), p         | true",
        "year(at)             | true",
        "hour(at)             | false",
        "price                | true"
      })
  void joinHasNoExchangeAndTheSameRows(String partitioning, boolean hasLakeRows) {
    TableName left = partitioned(partitioning, hasLakeRows);
    TableName right = partitioned(partitioning, hasLakeRows);

    String join = String.format(JOIN, left, right);
    assertThat(plan(join)).doesNotContain("Exchange");
    List<String> inPlace = rows(join);

    spark.conf().set(IN_PLACE, "false");
    assertThat(inPlace).hasSize(49).containsExactlyInAnyOrderElementsOf(rows(join));
  }

  /** Spark itself joins by no transform that has an argument, but for buckets. */
  @Test
  void tablesThatArePartitionedByStartsOfStringsAreShuffled() {
    TableName left = partitioned("truncate(2, s)", true);
    TableName right = partitioned("truncate(2, s)", true);

    String join = String.format(JOIN, left, right);
    assertThat(plan(join)).contains("Exchange");
    assertThat(rows(join)).hasSize(49);
  }

  @Test
  void rowThatMovedToAnotherPartitionIsInThatOne() {
    TableName table = partitioned("p", true);

    String groups = "SELECT p, count(*), min(id) FROM freshet." + table + " WHERE %s GROUP BY p";
    String all = String.format(groups, "true");
    assertThat(plan(all)).doesNotContain("Exchange");
    assertThat(rows(all))
        .containsExactlyInAnyOrder("[0,12,3]", "[1,14,0]", "[2,13,2]", "[7,10,100]", "[null,1,6]");
    assertThat(rows(String.format(groups, "id < 9 AND p < 2")))
        .containsExactlyInAnyOrder("[0,1,3]", "[1,4,0]");
  }

  @Test
  void fallsBackWhereFreshRowsHaveTooManyKeys() {
    TableName table = tables.create("id long not null, n long, primary key (id)", "n");
    String rows = "INSERT INTO freshet.%s SELECT id, id %% %d FROM range(%d)";
    spark.sql(String.format(rows, table, 10, 10));
    client.tier(table);
    spark.sql(String.format(rows, table, 300, 300));

    String join =
        String.format("SELECT a.id FROM freshet.%1$s a JOIN freshet.%1$s b ON a.n = b.n", table);
    assertThat(plan(join)).contains("Exchange");
    assertThat(rows(join)).hasSize(300);
  }

  /**
   * 50 rows: 40 with p of 0 to 2, and 10 with a p that the lake does not have; fresh changes have
   * moved one from p 0 to p 1 and one to no p.
   */
  private TableName partitioned(String partitioning, boolean hasLakeRows) {
    TableName table = tables.create(COLUMNS, partitioning);
    insert(table, "id % 3", "range(40)");
    if (hasLakeRows) {
      client.tier(table);
    }
    insert(table, "7", "range(100, 110)");
    insert(table, "1", "range(1)");
    insert(table, "NULL", "range(6, 7)");
    return table;
  }

  private void insert(TableName table, String p, String ids) {
    spark.sql(
        String.format(
            "INSERT INTO freshet.%s SELECT id, %s, timestamp_seconds(id * 40000), concat('s', id %% 7),"
                + " CAST(id %% 5 AS DECIMAL(9,2)) FROM %s",
            table, p, ids));
  }

  private String plan(String query) {
    return spark.sql(query).queryExecution().executedPlan().toString();
  }

  private List<String> rows(String query) {
    return spark.sql(query).collectAsList().stream().map(Row::toString).toList();
  }
}
