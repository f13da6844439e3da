/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino;

import static io.trino.testing.QueryAssertions.assertEqualsIgnoreOrder;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trino.Session;
import io.trino.testing.QueryRunner;
import io.trino.testing.TransactionBuilder;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What has changed in a table, as its log has it. */
final class ChangesIT {
  private static final QueryRunner RUNNER = FreshetQueryRunner.runner();
  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS VV");
  private static String middle = "";

  @BeforeAll
  static void changesOfEveryKind() {
    RUNNER.execute(
        "CREATE TABLE tracked (k bigint, v varchar, r row(a integer, b varchar))"
            + " WITH (primary_key = ARRAY['k'], buckets = 2, "
            + FreshetQueryRunner.KEEP_FRESH
            + ")");
    RUNNER.execute("INSERT INTO tracked VALUES (1, 'a', (1, 'x')), (2, 'b', null)");
    RUNNER.execute("CALL freshet.system.tier('demo', 'tracked')");
    middle =
        (String)
            RUNNER
                .execute(
                    "SELECT CAST(max(_commit_timestamp) + INTERVAL '1' SECOND AS varchar) FROM"
                        + " \"tracked$changes\"")
                .getOnlyValue();
    awaitMiddle();
    RUNNER.execute("UPDATE tracked SET v = 'c' WHERE k = 1");
    RUNNER.execute("DELETE FROM tracked WHERE k = 2");
  }

  @Test
  void allChangesAreThereWhereverTheRowsAre() {
    assertEqualsIgnoreOrder(
        RUNNER.execute("SELECT k, v, r.b, _change_type FROM \"tracked$changes\""),
        RUNNER.execute(
            "VALUES (BIGINT '1', VARCHAR 'a', VARCHAR 'x', VARCHAR 'insert'), (2, 'b', null,"
                + " 'insert'), (1, 'c', 'x', 'update_after'), (2, null, null, 'delete')"));
    assertThat(RUNNER.execute("SELECT count(*) FROM \"tracked$changes\"").getOnlyValue())
        .isEqualTo(4L);
    assertThat(
            RUNNER
                .execute(
                    "SELECT count(*) FROM (SELECT _bucket, _offset FROM \"tracked$changes\""
                        + " GROUP BY 1, 2 HAVING count(*) = 1)")
                .getOnlyValue())
        .isEqualTo(4L);
    assertEqualsIgnoreOrder(
        RUNNER.execute(
            "SELECT k FROM \"tracked$changes\" WHERE _change_type = 'delete' AND _offset >= 0"),
        RUNNER.execute("VALUES BIGINT '2'"));
  }

  @Test
  void changesSinceAMomentAreThoseOfTheFunction() {
    assertEqualsIgnoreOrder(
        RUNNER.execute("SELECT * FROM TABLE(freshet.system.changes('demo', 'tracked'))"),
        RUNNER.execute("SELECT * FROM \"tracked$changes\""));
    assertEqualsIgnoreOrder(
        RUNNER.execute(
            "SELECT k, _change_type FROM TABLE(freshet.system.changes(schema_name => 'demo',"
                + " table_name => 'tracked', from_timestamp => TIMESTAMP '"
                + middle
                + "')) WHERE k < 10"),
        RUNNER.execute("VALUES (BIGINT '1', VARCHAR 'update_after'), (2, 'delete')"));
    assertEqualsIgnoreOrder(
        RUNNER.execute(
            "SELECT count(*) FROM TABLE(freshet.system.changes(schema_name => 'demo', table_name =>"
                + " 'tracked', to_timestamp => TIMESTAMP '"
                + middle
                + "'))"),
        RUNNER.execute("SELECT BIGINT '2'"));
  }

  @Test
  void momentsAreExactToTheMicrosecond() {
    String last =
        (String)
            RUNNER
                .execute("SELECT CAST(max(_commit_timestamp) AS varchar) FROM \"tracked$changes\"")
                .getOnlyValue();
    String next = MICROS.format(MICROS.parse(last, ZonedDateTime::from).plusNanos(1000));
    long changesOfLast =
        count("\"tracked$changes\" WHERE _commit_timestamp = TIMESTAMP '" + last + "'");
    assertThat(changesOfLast).isBetween(1L, 3L);
    assertThat(count(changes("from_timestamp", last))).isEqualTo(changesOfLast);
    assertThat(count(changes("from_timestamp", next))).isZero();
    assertThat(count(changes("to_timestamp", last))).isEqualTo(4 - changesOfLast);
    assertThat(count(changes("to_timestamp", next))).isEqualTo(4);
  }

  private static String changes(String argument, String moment) {
    return String.format(
        "TABLE(freshet.system.changes(schema_name => 'demo', table_name => 'tracked', %s => TIMESTAMP"
            + " '%s'))",
        argument, moment);
  }

  private static long count(String from) {
    return (long) RUNNER.execute("SELECT count(*) FROM " + from).getOnlyValue();
  }

  @Test
  void aTransactionSeesTheChangesOfItsSnapshot() {
    RUNNER.execute("CREATE TABLE followed WITH (buckets = 1) AS SELECT 1 x");
    TransactionBuilder.transaction(
            RUNNER.getTransactionManager(),
            RUNNER.getPlannerContext().getMetadata(),
            RUNNER.getAccessControl())
        .readOnly()
        .execute(
            RUNNER.getDefaultSession(),
            (Session session) -> {
              String query =
                  "SELECT (SELECT count(*) FROM followed), (SELECT count(*) FROM \"followed$changes\")";
              var first = RUNNER.execute(session, query);
              RUNNER.execute("INSERT INTO followed VALUES 2");
              assertEqualsIgnoreOrder(RUNNER.execute(session, query), first);
              assertEqualsIgnoreOrder(first, RUNNER.execute("SELECT BIGINT '1', BIGINT '1'"));
            });
  }

  @Test
  void whatIsWrongIsSaid() {
    assertThatThrownBy(
            () -> RUNNER.execute("SELECT * FROM TABLE(freshet.system.changes('demo', 'no_table'))"))
        .hasMessageContaining("There is no Freshet table demo.no_table");
    assertThatThrownBy(() ->
            RUNNER.execute(
                "SELECT * FROM TABLE(freshet.system.changes('demo', 'tracked',"
                    + " TIMESTAMP '2020-01-02 00:00:00 UTC', TIMESTAMP '2020-01-01 00:00:00 UTC'))"))
        .hasMessageContaining("FROM_TIMESTAMP is after TO_TIMESTAMP");
    assertThatThrownBy(() -> RUNNER.execute("DELETE FROM \"tracked$changes\""))
        .hasMessageContaining("it is a part of table demo.tracked. Write to the table.");
    RUNNER.execute("CREATE TABLE has_bucket (_bucket bigint)");
    assertThatThrownBy(() -> RUNNER.execute("SELECT * FROM \"has_bucket$changes\""))
        .hasMessageContaining("it has a column _bucket of its own");
  }

  /** Until the moment between the changes has come. */
  private static void awaitMiddle() {
    String hasCome = "SELECT current_timestamp > TIMESTAMP '" + middle + "'";
    while (!(boolean) RUNNER.execute(hasCome).getOnlyValue()) {
      Thread.onSpinWait();
    }
  }
}
