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
import io.freshet.table.TableName;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code CALL freshet.system.…}. */
@ExtendWith(SparkExtension.class)
final class ProceduresIT {
  private final SparkSession spark;
  private final FreshetClient client;
  private final TestTables tables;

  ProceduresIT(SparkSession spark, FreshetClient client, TestTables tables) {
    this.spark = spark;
    this.client = client;
    this.tables = tables;
  }

  @Test
  void tierMovesAllFreshRows() {
    TableName table = tables.create("id long");
    sql("INSERT INTO freshet.%s SELECT id FROM range(10)", table);

    assertThat(strings("CALL freshet.system.tier(table => '%s')", table).get(0)).contains(",10,");
    assertThat(strings("CALL freshet.system.tier('freshet.%s')", table).get(0)).contains(",0,");
  }

  @Test
  void compactJoinsSmallFilesAndExpirySnapshotsAreGone() {
    TableName table = tables.create("id long");
    for (int i = 0; i < 6; i++) {
      sql("INSERT INTO freshet.%s VALUES (%d)", table, i);
      client.tier(table);
    }

    Row compacted = spark.sql("CALL freshet.system.compact('" + table + "')").first();
    assertThat(compacted.getInt(1)).isGreaterThanOrEqualTo(6);
    assertThat(compacted.getInt(2)).isLessThan(6);
    Row expired =
        spark
            .sql(
                "CALL freshet.system.expire_snapshots(retain_last => 2, older_than => now(), table =>"
                    + " '"
                    + table
                    + "')")
            .first();
    assertThat(expired.getInt(0)).isPositive();
    assertThat(strings("SELECT count(*) FROM plain.%s.snapshots", table)).containsExactly("[2]");
    assertThat(strings("SELECT count(*), sum(id) FROM freshet.%s", table))
        .containsExactly("[6,15]");
    assertThat(strings("CALL freshet.system.expire_snapshots('%s')", table))
        .containsExactly("[0,0]");
  }

  @Test
  void attachTakesAnIcebergTableInPlace() {
    sql("CREATE NAMESPACE IF NOT EXISTS freshet.attached");
    sql(
        "CREATE TABLE plain.attached.t (id BIGINT NOT NULL, s STRING) TBLPROPERTIES"
            + " ('format-version' = '3')");
    sql("INSERT INTO plain.attached.t VALUES (1, 'a'), (2, 'b')");

    assertThat(
            strings(
                "CALL freshet.system.attach_table(table => 'attached.t', primary_key => array('id'),"
                    + " buckets => 2, properties => map('freshet.freshness', '1h'))"))
        .containsExactly("[attached.t,2]");
    sql("UPDATE freshet.attached.t SET s = 'c' WHERE id = 1");
    assertThat(strings("SELECT * FROM freshet.attached.t ORDER BY id"))
        .containsExactly("[1,c]", "[2,b]");
  }

  @Test
  void wrongArgumentsSayHowToCall() {
    assertThatThrownBy(() -> sql("CALL freshet.system.compact('t')"))
        .hasMessageContaining(
            "Argument table of freshet.system.compact is 't', which is no table: write CALL"
                + " freshet.system.compact(table => 'namespace.name')");
    assertThatThrownBy(() -> sql("CALL freshet.system.tier('no.such')"))
        .hasMessageContaining("no.such");
    assertThatThrownBy(() -> sql("CALL freshet.system.attach_table('no.such')"))
        .hasMessageContaining("no.such");
    assertThatThrownBy(() -> sql("CALL freshet.system.compact(tabel => 'a.b')"))
        .hasMessageContaining("tabel");
    assertThatThrownBy(() -> sql("CALL freshet.system.expire_snapshots('a.b', 'long ago')"))
        .hasMessageContaining("CAST_INVALID_INPUT");
    assertThatThrownBy(() -> sql("CALL freshet.system.nothing()"))
        .rootCause()
        .hasMessageContaining("There is no procedure freshet.system.nothing")
        .hasMessageContaining(
            "call one of [freshet.system.tier, freshet.system.compact,"
                + " freshet.system.expire_snapshots, freshet.system.attach_table,"
                + " freshet.system.server_info]");
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
