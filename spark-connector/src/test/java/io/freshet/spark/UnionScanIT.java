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
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.datasources.v2.BatchScanExec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SparkExtension.class)
final class UnionScanIT {
  private final SparkSession spark;
  private final FreshetClient client;
  private final TestTables tables;

  UnionScanIT(SparkSession spark, FreshetClient client, TestTables tables) {
    this.spark = spark;
    this.client = client;
    this.tables = tables;
  }

  @Test
  void queryReadsLakeAndFreshRowsOnce() {
    TableName table = halfFresh();

    assertThat(sql("SELECT id, name FROM freshet.%s ORDER BY id", table))
        .hasSize(200)
        .first()
        .hasToString("[0,n0]");
    assertThat(sql("SELECT count(id), sum(id), max(name) FROM freshet.%s", table))
        .hasToString("[[200,19900,n99]]");
    assertThat(sql("SELECT id FROM freshet.%s WHERE id IN (99, 100) ORDER BY id", table))
        .hasToString("[[99], [100]]");
  }

  @Test
  void halvesAreTheirOwnTables() {
    TableName table = halfFresh();

    assertThat(sql("SELECT min(id), max(id), count(id) FROM freshet.%s.lake", table))
        .hasToString("[[0,99,100]]");
    assertThat(sql("SELECT min(id), max(id), count(id) FROM freshet.%s.fresh", table))
        .hasToString("[[100,199,100]]");
  }

  @Test
  void emptyTableHasNoRows() {
    TableName table = tables.create("id long, name string");

    assertThat(sql("SELECT * FROM freshet.%s", table)).isEmpty();
    assertThat(sql("SELECT count(*) FROM freshet.%s", table)).hasToString("[[0]]");
  }

  @Test
  void scanIsColumnarAndNamesItself() {
    TableName table = halfFresh();

    String plan =
        spark
            .sql("SELECT name FROM freshet." + table + " WHERE id > 150")
            .queryExecution()
            .executedPlan()
            .toString();

    assertThat(plan)
        .contains("FreshetUnionScan", "ColumnarToRow", "fresh=100 rows", "IcebergScan")
        .contains("\"type\":\"gt\",\"term\":\"id\",\"value\":150");
  }

  @Test
  void metricsSayWhatWasRead() {
    TableName table = tables.create("id long not null, name string, primary key (id)");
    Schema schema = client.describeTable(table).schema();
    tables.appendToLake(table, rows(schema, 0, 100));
    tables.append(table, rows(schema, 70, 120));
    spark.conf().set("spark.sql.adaptive.enabled", "false");
    try {
      Dataset<Row> query = spark.sql("SELECT name FROM freshet." + table + " WHERE id >= 100");
      assertThat(query.collectAsList()).hasSize(20);
      BatchScanExec scan =
          (BatchScanExec) query.queryExecution().executedPlan().collectLeaves().head();

      assertThat(
              Stream.of("freshRowsRead", "freshRows", "overlayRows", "overlayFiles")
                  .map(metric -> scan.metrics().apply(metric).value()))
          .containsExactly(20L, 50L, 30L, 1L);
      assertThat(scan.metrics().apply("freshBytes").value()).isPositive();
    } finally {
      spark.conf().unset("spark.sql.adaptive.enabled");
    }
  }

  @Test
  void statisticsOfTheLakeAreJoinedWithAggregatesOfFreshRows() {
    TableName table = halfFresh();
    String query = "SELECT min(id), max(id), count(name), count(*) FROM freshet." + table;

    assertThat(spark.sql(query).collectAsList()).hasToString("[[0,199,200,200]]");
    assertThat(spark.sql(query).queryExecution().executedPlan().toString())
        .contains("aggregates=[min(id), max(id), count(name), count(*)], fresh=100 rows")
        .doesNotContain("IcebergScan");
  }

  @Test
  void statisticsThatCountSupersededRowsAreNotUsed() {
    TableName table = tables.create("id long not null, name string, primary key (id)");
    Schema schema = client.describeTable(table).schema();
    tables.appendToLake(table, rows(schema, 0, 100));
    tables.delete(table, 90, 100);

    assertThat(sql("SELECT max(id), max(name), count(name) FROM freshet.%s", table))
        .hasToString("[[89,n9,90]]");
    client.tier(table);
    assertThat(sql("SELECT max(id), max(name), count(name) FROM freshet.%s", table))
        .hasToString("[[89,n9,90]]");
  }

  @Test
  void eachExecutionSeesTheRowsOfItsTime() {
    TableName table = halfFresh();
    var rows = spark.table("freshet." + table).filter("id >= 100");
    long before = rows.count();
    tables.append(table, rows(client.describeTable(table).schema(), 200, 210));
    long after = rows.count();
    client.tier(table);

    assertThat(before).isEqualTo(100);
    assertThat(after).isEqualTo(110);
    assertThat(rows.count()).isEqualTo(110);
  }

  private TableName halfFresh() {
    TableName table = tables.create("id long not null, name string, day date", "bucket(2, id)");
    Schema schema = client.describeTable(table).schema();
    tables.appendToLake(table, rows(schema, 0, 100));
    tables.append(table, rows(schema, 100, 200));
    return table;
  }

  private static List<Record> rows(Schema schema, long from, long to) {
    List<Record> rows = new ArrayList<>();
    for (long id = from; id < to; id++) {
      GenericRecord row = GenericRecord.create(schema);
      row.setField("id", id);
      row.setField("name", "n" + id);
      rows.add(row);
    }
    return rows;
  }

  private List<Row> sql(String query, TableName table) {
    return spark.sql(String.format(query, table)).collectAsList();
  }
}
