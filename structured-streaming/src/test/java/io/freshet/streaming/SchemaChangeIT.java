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
import io.freshet.table.SchemaChange;
import io.freshet.table.TableName;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.types.Types;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Columns that change under a stream. */
@ExtendWith(SparkExtension.class)
final class SchemaChangeIT {
  private static final SchemaChange PRICE =
      SchemaChange.AddColumn.of(Types.NestedField.optional(1, "price", Types.IntegerType.get()));

  private final SparkSession spark;
  private final FreshetClient client;
  private final StreamFixture fixture;

  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init")
  SchemaChangeIT(SparkSession spark, FreshetClient client, TestTables tables) {
    this.spark = spark;
    this.client = client;
    this.fixture = new StreamFixture(spark, client, tables);
  }

  @Test
  void addedColumnIsThereAfterARestart() throws Exception {
    TableName source = fixture.create(COLUMNS);
    TableName target = fixture.create(COLUMNS);
    fixture.append(source, 0, 10);
    client.tier(source);
    StreamingQuery query = start(source, target);
    query.processAllAvailable();

    alter(source, PRICE);
    alter(target, PRICE);
    insert(source, 10, 20);
    query.processAllAvailable();
    query.stop();
    insert(source, 20, 30);
    Queries.copy(Queries.stream(spark, source, Map.of()), target, folder);

    assertThat(fixture.ids(target)).isEqualTo(range(0, 30));
    assertThat(Queries.rows(spark, "SELECT id FROM freshet." + target + " WHERE price = 7"))
        .hasSize(10)
        .contains("[20]", "[29]");
  }

  @Test
  void lakeFilesAreReadInTheColumnsOfNow() {
    TableName source = fixture.create(COLUMNS);
    fixture.append(source, 0, 10);
    client.tier(source);
    alter(source, PRICE);
    alter(source, new SchemaChange.RenameColumn(List.of("name"), "label"));
    insert(source, 10, 20);
    TableName target = fixture.create("id long, label string, price int");

    Queries.copy(Queries.stream(spark, source, Map.of()), target, folder);

    assertThat(
            Queries.rows(
                spark, "SELECT label, price, count(*) FROM freshet." + target + " GROUP BY ALL"))
        .containsExactly("[a,7,10]", "[n,null,10]");
  }

  @Test
  void droppedColumnStopsTheQueryAndARestartGoesOn() throws Exception {
    TableName source = fixture.create(COLUMNS);
    TableName target = fixture.create(COLUMNS);
    fixture.append(source, 0, 10);
    StreamingQuery query = start(source, target);
    query.processAllAvailable();
    alter(source, new SchemaChange.DropColumn(List.of("name")));
    spark.sql("INSERT INTO freshet." + source + " SELECT id FROM range(10, 20)");

    assertThatThrownBy(query::awaitTermination)
        .hasMessageContaining("Cannot read changes of table freshet." + source)
        .hasMessageContaining("There is no column name")
        .hasMessageContaining("start it again, with the same checkpoint");
    Queries.copy(Queries.stream(spark, source, Map.of()), target, folder);
    assertThat(fixture.ids(target)).isEqualTo(range(0, 20));
  }

  @Test
  void widerColumnStopsTheQueryAndARestartGoesOn() throws Exception {
    TableName source = fixture.create("id int, name string");
    TableName target = fixture.create("id long, name string");
    spark.sql("INSERT INTO freshet." + source + " VALUES (1, 'a')");
    StreamingQuery query =
        Queries.start(
            Queries.stream(spark, source, Map.of()).selectExpr("CAST(id AS BIGINT) AS id", "name"),
            target,
            folder,
            Trigger.ProcessingTime(0));
    query.processAllAvailable();
    alter(source, new SchemaChange.WidenColumn(List.of("id"), "long"));
    spark.sql("INSERT INTO freshet." + source + " VALUES (2, 'b')");

    assertThatThrownBy(query::awaitTermination)
        .hasMessageContaining("column id was int when the query started, and is bigint now");
    Queries.copy(
        Queries.stream(spark, source, Map.of()).selectExpr("CAST(id AS BIGINT) AS id", "name"),
        target,
        folder);
    assertThat(fixture.ids(target)).isEqualTo(range(1, 3));
  }

  private StreamingQuery start(TableName source, TableName target) {
    return Queries.start(
        Queries.stream(spark, source, Map.of()), target, folder, Trigger.ProcessingTime(0));
  }

  private void alter(TableName table, SchemaChange change) {
    var unused = client.alterSchema(table, List.of(change));
  }

  private void insert(TableName table, long from, long to) {
    spark.sql(
        String.format(
            "INSERT INTO freshet.%s SELECT id, 'a', 7 FROM range(%d, %d)", table, from, to));
  }
}
