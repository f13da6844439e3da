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
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.client.FreshetClient;
import io.freshet.protocol.BucketOffsets;
import io.freshet.table.TableName;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code ns.t.changes}. */
@ExtendWith(SparkExtension.class)
final class ChangesIT {
  private final SparkSession spark;
  private final FreshetClient client;
  private final TestTables tables;

  ChangesIT(SparkSession spark, FreshetClient client, TestTables tables) {
    this.spark = spark;
    this.client = client;
    this.tables = tables;
  }

  @Test
  void everyChangeIsARowWhetherItsRowIsInTheLakeOrSuperseded() {
    TableName table = tables.create("id long not null, s string, primary key (id)");
    sql("INSERT INTO freshet.%s VALUES (1, 'a'), (2, 'b')", table);
    client.tier(table);
    sql("UPDATE freshet.%s SET s = 'c' WHERE id = 1", table);
    sql("DELETE FROM freshet.%s WHERE id = 2", table);

    assertThat(
            strings(
                "SELECT id, _change_type, s FROM freshet.%s.changes ORDER BY id, _offset", table))
        .containsExactly("[1,insert,a]", "[1,update_after,c]", "[2,insert,b]", "[2,delete,null]");
    assertThat(
            strings(
                "SELECT count(*), count(DISTINCT _bucket, _offset), min(_commit_timestamp) <= now(),"
                    + " min(_offset) FROM freshet.%s.changes",
                table))
        .containsExactly("[4,4,true,0]");
    assertThat(
            strings(
                "SELECT id FROM freshet.%s.changes WHERE _change_type = 'update_after' OR s = 'b'"
                    + " ORDER BY id",
                table))
        .containsExactly("[1]", "[2]");
  }

  @Test
  void changesBetweenTwoPoints() {
    TableName table = tables.create("id long");
    sql("INSERT INTO freshet.%s SELECT id FROM range(100)", table);
    String first = offsets(table);
    sql("INSERT INTO freshet.%s SELECT id FROM range(100, 130)", table);
    String second = offsets(table);
    sql("INSERT INTO freshet.%s SELECT id FROM range(130, 137)", table);

    String sum = "SELECT count(*), min(id), max(id) FROM freshet.%s.changes WITH (%s)";
    assertThat(strings(sum, table, "`start` = '" + first + "', `end` = '" + second + "'"))
        .containsExactly("[30,100,129]");
    assertThat(strings(sum, table, "`start` = '" + second + "'")).containsExactly("[7,130,136]");
    assertThat(strings(sum, table, "`end` = 'timestamp:2020-01-01T00:00:00Z'"))
        .containsExactly("[0,null,null]");
    assertThat(
            spark.read().option("start", "latest").table("freshet." + table + ".changes").count())
        .isZero();
    assertThatThrownBy(() -> strings(sum, table, "`start` = 'soon'"))
        .hasMessageContaining("Changes can't be read with start = 'soon': use earliest");
  }

  @Test
  void allReferencesInAQuerySeeTheSameChanges() {
    TableName table = tables.create("id long, st struct<a int>, li list<string>");
    sql("INSERT INTO freshet.%s VALUES (1, named_struct('a', 5), array('x', null))", table);

    assertThat(
            strings(
                "SELECT a.st.a, b.li FROM freshet.%1$s.changes a JOIN freshet.%1$s.changes b"
                    + " ON a._bucket = b._bucket AND a._offset = b._offset",
                table))
        .containsExactly("[5,ArraySeq(x, null)]");
    assertThatThrownBy(() -> sql("INSERT INTO freshet.%s.changes VALUES (1)", table))
        .hasMessageContaining("changes");
  }

  private String offsets(TableName table) {
    return client.offsets(table).offsets().stream()
        .map((BucketOffsets bucket) -> bucket.bucket() + "=" + bucket.endOffset())
        .collect(Collectors.joining(",", "offsets:", ""));
  }

  private void sql(String statement, Object... arguments) {
    spark.sql(String.format(statement, arguments));
  }

  private List<String> strings(String query, Object... arguments) {
    return spark.sql(String.format(query, arguments)).collectAsList().stream()
        .map(Row::toString)
        .toList();
  }
}
