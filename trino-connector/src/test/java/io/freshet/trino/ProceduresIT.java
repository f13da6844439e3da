/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.table.TableName;
import io.trino.testing.QueryRunner;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code CALL freshet.system.…} does, and how it fails. */
final class ProceduresIT {
  private static final QueryRunner RUNNER = FreshetQueryRunner.runner();

  @Test
  void smallFilesAreJoinedAndOldSnapshotsExpire() {
    RUNNER.execute("CREATE TABLE many_files (x bigint) WITH (buckets = 1)");
    for (int i = 0; i < 8; i++) {
      RUNNER.execute("INSERT INTO many_files VALUES " + i);
      RUNNER.execute("CALL freshet.system.tier('demo', 'many_files')");
    }
    assertThat(count("\"many_files$files\"")).isEqualTo(8);
    RUNNER.execute("CALL freshet.system.compact('demo', 'many_files')");
    assertThat(count("\"many_files$files\"")).isEqualTo(1);
    RUNNER.execute(
        "CALL freshet.system.expire_snapshots(schema_name => 'demo', table_name => 'many_files',"
            + " retention_threshold => '0s', retain_last => 2)");
    assertThat(count("\"many_files$snapshots\"")).isEqualTo(2);
    RUNNER.execute("CALL freshet.system.expire_snapshots('demo', 'many_files')");
    assertThat(count("\"many_files$snapshots\"")).isEqualTo(2);
    assertThat(RUNNER.execute("SELECT sum(x) FROM many_files").getOnlyValue()).isEqualTo(28L);
  }

  @Test
  void aPlainTableOfTheLakeBecomesOurs() {
    RUNNER.execute("CREATE TABLE was_ours WITH (primary_key = ARRAY['k']) AS SELECT 1 k, 'a' v");
    RUNNER.execute("CALL freshet.system.tier('demo', 'was_ours')");
    FreshetQueryRunner.client().dropTable(TableName.parse("demo.was_ours"));
    assertThatThrownBy(() -> RUNNER.execute("SELECT * FROM \"was_ours$fresh\""))
        .hasMessageContaining("was_ours$fresh");
    RUNNER.execute(
        "CALL freshet.system.attach_table(schema_name => 'demo', table_name => 'was_ours', primary_key"
            + " => ARRAY['k'], buckets => 2)");
    RUNNER.execute("INSERT INTO was_ours VALUES (1, 'b'), (2, 'c')");
    assertThat(
            RUNNER
                .execute("SELECT listagg(v, ' ') WITHIN GROUP (ORDER BY k) FROM was_ours")
                .getOnlyValue())
        .isEqualTo("b c");
  }

  @Test
  void whatIsWrongIsSaid() {
    for (String procedure : List.of("tier", "compact", "expire_snapshots")) {
      assertThatThrownBy(
              () -> RUNNER.execute("CALL freshet.system." + procedure + "('demo', 'nothing')"))
          .hasMessageContaining("demo.nothing");
    }
    assertThatThrownBy(() -> RUNNER.execute("CALL freshet.system.attach_table('demo', 'nothing')"))
        .hasMessageContaining("demo.nothing");
    RUNNER.execute("CREATE TABLE never_expired (x bigint)");
    assertThatThrownBy(() ->
            RUNNER.execute(
                "CALL freshet.system.expire_snapshots('demo', 'never_expired', 'a while')"))
        .hasMessageContaining("RETENTION_THRESHOLD")
        .hasMessageContaining("a while");
    assertThatThrownBy(() ->
            RUNNER.execute(
                "CALL freshet.system.expire_snapshots('demo', 'never_expired', '1d', -1)"))
        .hasMessageContaining("-1");
  }

  private static long count(String table) {
    return (long) RUNNER.execute("SELECT count(*) FROM " + table).getOnlyValue();
  }
}
