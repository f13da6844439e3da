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
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.arrow.ArrowRowAppender;
import io.freshet.client.TableWriter;
import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.freshet.protocol.CreateTable;
import io.freshet.protocol.FreshRange;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.reader.Projection;
import io.freshet.table.ChangeType;
import io.freshet.table.TableName;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Cases in which unions are known to go wrong that merge by key: a composite key, partitions of
 * other types than strings or in the lake alone, buckets that were never tiered, tails without
 * rows, and a table that is made again.
 */
final class KeyedTableCasesIT {
  private static final TableName TABLE = TableName.parse("db.grades");
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              Types.NestedField.required(1, "school", Types.StringType.get()),
              Types.NestedField.required(2, "pupil", Types.IntegerType.get()),
              Types.NestedField.required(3, "grade", Types.IntegerType.get()),
              Types.NestedField.optional(4, "day", Types.DateType.get())),
          Set.of(1, 2));
  private static final int BUCKETS = 8;

  private record Key(String school, int pupil) {}

  private record Grade(int grade, LocalDate day) {}

  @TempDir Path data;

  private final Map<Key, Grade> oracle = new HashMap<>();
  private TestServer server;

  @BeforeEach
  void start() {
    server = new TestServer(data);
    create();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void keysOfSeveralColumnsMoveBetweenPartitionsThatAreNoStrings() {
    for (int pupil = 0; pupil < 40; pupil++) {
      put("north", pupil, pupil % 4);
    }
    put("south", 3, 9); // In a partition that no change touches any more.
    check();
    server.client().tier(TABLE);
    check();
    for (int pupil = 0; pupil < 40; pupil += 3) {
      put("north", pupil, (pupil + 1) % 4);
    }
    put("south", 4, 1); // The same pupil as another one of another school.
    delete("north", 4);
    put("north", 1_000_000, 2); // Beyond all keys of the lake.
    put("north", -1, 5); // In a partition that the lake does not have.
    check();
    server.client().tier(TABLE);
    check();
    server.restart();
    check();
    assertThat(server.client().compact(TABLE).filesBefore()).isGreaterThanOrEqualTo(0);
    check();
  }

  @Test
  void bucketsThatWereNeverTieredAreReadLikeOthers() {
    put("north", 1, 1);
    server.client().tier(TABLE);
    check();
    assertThat(server.client().plan(TABLE).fresh().stream().map(FreshRange::tieredOffset))
        .as("one bucket was tiered")
        .filteredOn(offset -> offset > 0)
        .hasSize(1);
    for (int pupil = 2; pupil < 30; pupil++) {
      put("north", pupil, 2);
    }
    check();
    server.restart();
    check();
    put("north", 1, 3);
    check();
  }

  @Test
  void tailsOfDeletesAloneHaveNoRowsAndAreTiered() {
    delete("nowhere", 1);
    check();
    assertThat(server.client().tier(TABLE).rows()).isEqualTo(1);
    check();
    put("north", 1, 1);
    put("north", 2, 2);
    server.client().tier(TABLE);
    delete("north", 1);
    delete("north", 2);
    delete("north", 2);
    check();
    assertThat(server.client().plan(TABLE).freshRows()).isZero();
    server.client().tier(TABLE);
    check();
    assertThat(server.client().describeTable(TABLE).lakeRows()).isZero();
    server.restart();
    put("north", 2, 4);
    check();
  }

  @Test
  void aTableThatIsMadeAgainHasNothingOfTheOneBefore() {
    put("north", 1, 1);
    put("north", 2, 1);
    server.client().tier(TABLE);
    put("north", 2, 2);
    UnionSnapshot before = server.client().plan(TABLE);

    server.client().purgeTable(TABLE);
    oracle.clear();
    create();
    check();
    put("north", 2, 7);
    check();
    assertThatThrownBy(() -> server.rows(before, Projection.of(before.schema(), null, null)))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("File does not exist");
    assertThatThrownBy(() -> server.client().renew(before))
        .isInstanceOfSatisfying(
            FreshetException.class,
            e -> assertThat(e.code()).isEqualTo(FreshetErrorCode.TABLE_NOT_FOUND));
    server.client().tier(TABLE);
    check();
    server.restart();
    check();
  }

  private void create() {
    server
        .client()
        .createTable(
            new CreateTable(
                TABLE,
                SCHEMA,
                List.of("grade", "month(day)"),
                null,
                BUCKETS,
                null,
                Map.of("freshet.freshness", "1h")));
  }

  private void put(String school, int pupil, int grade) {
    Grade row = new Grade(grade, LocalDate.of(2024, 1 + grade, 1 + Math.floorMod(pupil, 28)));
    oracle.put(new Key(school, pupil), row);
    Record record = record(school, pupil);
    record.setField("grade", row.grade());
    record.setField("day", row.day());
    write(record);
  }

  private void delete(String school, int pupil) {
    oracle.remove(new Key(school, pupil));
    Record record = record(school, pupil);
    record.setField(ChangeType.COLUMN, ChangeType.DELETE.text());
    write(record);
  }

  private static Record record(String school, int pupil) {
    Record record = GenericRecord.create(ChangeType.written(SCHEMA));
    record.setField("school", school);
    record.setField("pupil", pupil);
    return record;
  }

  private void write(Record record) {
    try (TableWriter writer = server.client().newWriter(TABLE);
        VectorSchemaRoot rows = VectorSchemaRoot.create(writer.schema(), server.allocator())) {
      ArrowRowAppender appender = new ArrowRowAppender(ChangeType.written(SCHEMA), rows);
      appender.append(record);
      appender.finish();
      var unused = writer.append(rows);
    }
  }

  private void check() {
    Map<Key, Grade> rows = new HashMap<>();
    for (Record row : server.rows(TABLE)) {
      Key key = new Key((String) row.getField("school"), (Integer) row.getField("pupil"));
      Grade grade = new Grade((Integer) row.getField("grade"), (LocalDate) row.getField("day"));
      assertThat(rows.put(key, grade)).as("other row of %s", key).isNull();
    }
    assertThat(rows).isEqualTo(oracle);
  }
}
