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

import io.freshet.arrow.RandomRows;
import io.freshet.arrow.RecordAssertions;
import io.freshet.client.TableWriter;
import io.freshet.lake.LakeRows;
import io.freshet.protocol.CreateTable;
import io.freshet.server.lake.LakeCatalog;
import io.freshet.table.ColumnText;
import io.freshet.table.TableName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values of every type come back as they were sent, from the fresh tier and from the lake. */
@SuppressWarnings("NullAway.Init")
final class TypesRoundTripIT {
  private static final String PRIMITIVES =
      "boolean, int, long, float, double, decimal(9,2), decimal(18,0), decimal(38,10), date, time,"
          + " timestamp, timestamptz, timestamp_ns, timestamptz_ns, string, binary, fixed(7), uuid";
  private static final int ROWS = 300;

  @TempDir static Path data;

  private static TestServer server;

  @BeforeAll
  static void start() {
    server = new TestServer(data);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void everyPrimitiveType() throws IOException {
    StringBuilder columns = new StringBuilder("id long not null");
    int number = 0;
    for (String type : types()) {
      number++;
      columns.append(", r%d %s not null, o%d %s".formatted(number, type, number, type));
    }
    roundTrip("types.primitive", ColumnText.parse(columns.toString()), List.of());
  }

  @Test
  void nestedTypes() throws IOException {
    roundTrip(
        "types.nested",
        ColumnText.parse(
            "id long not null, point struct<x:int not null,y:decimal(38,10),z:uuid>,"
                + " tags list<string not null>, more list<list<timestamp_ns>> not null,"
                + " counts map<string,long>, deep map<int,struct<a:fixed(3),b:list<date>>>"),
        List.of());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "int",
        "long",
        "decimal(9,2)",
        "decimal(38,10)",
        "date",
        "time",
        "timestamp",
        "timestamptz",
        "timestamp_ns",
        "timestamptz_ns",
        "string",
        "binary",
        "fixed(7)",
        "uuid"
      })
  void bucketKeyOfEachType(String type) throws IOException {
    String name = "types.by-" + type.replaceAll("[(),]", "-");
    roundTrip(name, ColumnText.parse("id long not null, k " + type), List.of("k"));
    Schema required = ColumnText.parse("id long not null, k " + type + " not null, s string");
    roundTrip(name + "-s", required, List.of("k", "s"));
  }

  private static List<String> types() {
    return List.of(PRIMITIVES.split(", (?=[a-z])"));
  }

  private static void roundTrip(String name, Schema schema, List<String> bucketKey)
      throws IOException {
    long seed = System.nanoTime();
    TableName table = TableName.parse(name);
    var unused =
        server
            .client()
            .createTable(
                new CreateTable(
                    table, schema, null, null, 3, bucketKey, Map.of("freshet.freshness", "1h")));
    List<Record> rows = new RandomRows(new Random(seed)).rows(schema, ROWS);
    for (int i = 0; i < ROWS; i++) {
      rows.get(i).setField("id", (long) i);
    }
    try (TableWriter writer = server.client().newWriter(table)) {
      for (int from = 0; from < ROWS; from += 100) {
        try (VectorSchemaRoot batch =
            RandomRows.batch(schema, rows.subList(from, from + 100), server.allocator())) {
          var sent = writer.append(batch);
        }
      }
      writer.flush();
    }
    String what = name + ", seed " + seed + ", ";
    RecordAssertions.assertSame(what + "fresh", byId(server.rows(table)), rows);
    assertThat(server.client().tier(table).rows()).isEqualTo(ROWS);
    RecordAssertions.assertSame(what + "tiered", byId(server.rows(table)), rows);
    try (LakeCatalog lake = LakeCatalog.open(data, Map.of())) {
      List<Record> byIceberg = LakeRows.read(lake.catalog().loadTable(table.identifier()));
      RecordAssertions.assertSame(what + "read by Iceberg", byId(byIceberg), rows);
    }
  }

  private static List<Record> byId(List<Record> rows) {
    return rows.stream().sorted(Comparator.comparing(row -> (Long) row.getField("id"))).toList();
  }
}
