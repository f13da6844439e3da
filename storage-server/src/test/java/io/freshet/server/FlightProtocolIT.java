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

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.server.ServerConfiguration.Settings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.arrow.flight.ActionType;
import org.apache.arrow.flight.Criteria;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole protocol, spoken by a client that has nothing but Arrow Flight and JSON. */
@SuppressWarnings("NullAway.Init")
final class FlightProtocolIT {
  private static final Schema ARROW_SCHEMA =
      new Schema(
          List.of(
              new Field("id", FieldType.notNullable(new ArrowType.Int(64, true)), List.of()),
              Field.nullable("city", ArrowType.Utf8.INSTANCE)));

  @TempDir static Path data;

  private static FreshetServer server;
  private static RootAllocator serverMemory;
  private static RootAllocator allocator;
  private static PlainFlight flight;

  @BeforeAll
  static void start() {
    serverMemory = new RootAllocator();
    allocator = new RootAllocator();
    server =
        FreshetServer.start(TestServer.onFreePorts(data, Settings.NONE).resolve(), serverMemory);
    flight = new PlainFlight(server.flightUri(), allocator);
  }

  @AfterAll
  static void stop() throws InterruptedException {
    flight.close();
    server.close();
    allocator.close();
    serverMemory.close();
  }

  @Test
  void actionsAreListedWithWhatTheyDo() {
    List<String> names = new ArrayList<>();
    for (ActionType action : flight.client().listActions()) {
      names.add(action.getType());
      assertThat(action.getDescription()).isNotBlank();
    }
    assertThat(names)
        .containsExactly(
            "server-info",
            "create-namespace",
            "list-namespaces",
            "drop-namespace",
            "create-table",
            "attach-table",
            "alter-properties",
            "alter-schema",
            "rename-table",
            "replace-table",
            "truncate-table",
            "drop-table",
            "list-tables",
            "describe-table",
            "plan",
            "overlay",
            "renew",
            "release",
            "count-partitions",
            "begin-transaction",
            "commit-transaction",
            "abort-transaction",
            "compact",
            "expire-snapshots",
            "offsets",
            "tier");
  }

  @Test
  void serverTellsWhatItIs() {
    JsonNode info = flight.action("server-info", "");
    assertThat(info.path("epoch").asLong()).isEqualTo(1);
    assertThat(info.path("lake-uri").asText()).endsWith("/iceberg");
    assertThat(info.path("limits").path("batch-bytes").asLong()).isEqualTo(64L << 20);
    assertThat(info.path("limits").path("lease-millis").asLong()).isEqualTo(3_600_000);
  }

  @Test
  void namespacesAreMadeListedAndDropped() {
    flight.action("create-namespace", "{\"namespace\":\"empty.deep\"}");
    flight.action("create-namespace", "{\"namespace\":\"empty.deep\"}");
    assertThat(flight.action("list-namespaces", "").path("namespaces").toString())
        .contains("\"empty\"", "\"empty.deep\"");
    flight.action("drop-namespace", "{\"namespace\":\"empty.deep\"}");
    assertThat(flight.action("list-namespaces", "").toString()).doesNotContain("empty.deep");
  }

  @Test
  void tableIsMadeWrittenTieredAndReadAsOne() throws Exception {
    JsonNode made = create("plain.cities", ",\"sorted-by\":[\"id\"],\"buckets\":2");
    assertThat(made.path("table").asText()).isEqualTo("plain.cities");
    assertThat(UUID.fromString(made.path("table-id").asText()).version()).isEqualTo(4);
    assertThat(made.path("fresh")).hasSize(2);
    assertThat(made.has("base-snapshot-id")).isFalse();

    List<JsonNode> acknowledged = write(FlightDescriptor.path("plain.cities"), null, 0, 10);
    assertThat(acknowledged).hasSize(1);
    assertThat(acknowledged.get(0).toString())
        .isEqualTo(
            "{\"rows\":10,\"ranges\":[{\"bucket\":0,\"start-offset\":0,\"end-offset\":10}]}");
    JsonNode tiered = flight.action("tier", "{\"table\":\"plain.cities\"}");
    assertThat(tiered.path("rows").asLong()).isEqualTo(10);
    assertThat(tiered.has("base-snapshot-id")).isTrue();
    write(FlightDescriptor.path("plain", "cities"), null, 10, 15);

    JsonNode described = flight.action("describe-table", "{\"table\":\"plain.cities\"}");
    assertThat(described.path("lake-rows").asLong()).isEqualTo(10);
    assertThat(described.path("sorted-by").get(0).asText()).isEqualTo("id");

    FlightDescriptor path = FlightDescriptor.path("plain.cities");
    FlightInfo info = flight.client().getInfo(path);
    assertThat(fields(info.getSchemaOptional().orElseThrow())).isEqualTo(fields(ARROW_SCHEMA));
    assertThat(fields(flight.client().getSchema(path).getSchema())).isEqualTo(fields(ARROW_SCHEMA));
    assertThat(read(info)).isEqualTo(cities(0, 15));
  }

  @Test
  void commandChoosesColumnsAndRows() throws Exception {
    create("plain.chosen", "");
    write(FlightDescriptor.path("plain.chosen"), null, 0, 6);
    flight.action("tier", "{\"table\":\"plain.chosen\"}");
    write(FlightDescriptor.path("plain.chosen"), null, 6, 10);
    FlightDescriptor command =
        command(
            "{\"table\":\"plain.chosen\",\"columns\":[\"city\",\"id\"],"
                + "\"filter\":{\"type\":\"gt-eq\",\"term\":\"id\",\"value\":5}}");
    FlightInfo info = flight.client().getInfo(command);
    assertThat(info.getSchemaOptional().orElseThrow().getFields().get(0).getName())
        .isEqualTo("city");
    assertThat(read(info)).isEqualTo(cities(5, 10));
    assertThat(flight.client().getSchema(command).getSchema())
        .isEqualTo(info.getSchemaOptional().orElseThrow());
  }

  @Test
  void unionSnapshotIsPlannedReadRenewedAndReleased() throws Exception {
    create("plain.leased", ",\"bucket-key\":[\"id\"]");
    write(FlightDescriptor.path("plain.leased"), null, 0, 20);
    JsonNode plan = flight.action("plan", "{\"table\":\"plain.leased\",\"lease-millis\":60000}");
    String snapshot = plan.path("snapshot").asText();
    write(FlightDescriptor.path("plain.leased"), null, 20, 30);
    flight.action("tier", "{\"table\":\"plain.leased\"}");

    Map<Long, String> byBucket = new TreeMap<>();
    for (JsonNode range : plan.path("fresh")) {
      Map<Long, String> rows =
          read(
              "{\"snapshot\":\"%s\",\"part\":\"fresh\",\"bucket\":%d}"
                  .formatted(snapshot, range.path("bucket").asInt()));
      assertThat(rows).hasSize(range.path("rows").asInt());
      byBucket.putAll(rows);
    }
    assertThat(byBucket).isEqualTo(cities(0, 20));
    assertThat(read("{\"snapshot\":\"" + snapshot + "\",\"part\":\"union\"}"))
        .isEqualTo(cities(0, 20));

    JsonNode renewed = flight.action("renew", "{\"snapshot\":\"" + snapshot + "\"}");
    assertThat(renewed.path("expires-at-millis").asLong())
        .isGreaterThan(plan.path("expires-at-millis").asLong());
    assertThat(flight.action("release", "{\"snapshot\":\"" + snapshot + "\"}").isEmpty()).isTrue();
    assertThat(
            PlainFlight.errorOf(
                    () -> read("{\"snapshot\":\"" + snapshot + "\",\"part\":\"fresh\"}"))
                .code())
        .isEqualTo("SNAPSHOT_EXPIRED");
  }

  @Test
  void writersBatchSentTwiceIsThereOnce() throws Exception {
    create("plain.twice", ",\"bucket-key\":[\"id\"]");
    FlightDescriptor command =
        command("{\"table\":\"plain.twice\",\"writer\":\"" + UUID.randomUUID() + "\"}");
    List<JsonNode> first = write(command, "{\"sequence\":0}", 0, 10);
    List<JsonNode> again = write(command, "{\"sequence\":0}", 0, 10);
    List<JsonNode> next = write(command, "{\"sequence\":1}", 10, 12);
    assertThat(again).isEqualTo(first);
    assertThat(next.get(0).path("sequence").asLong()).isEqualTo(1);
    assertThat(read(flight.client().getInfo(FlightDescriptor.path("plain.twice"))))
        .isEqualTo(cities(0, 12));
  }

  @Test
  void manyBatchesAreAcknowledgedInOrderBeforeTheStreamEnds() {
    create("plain.many", "");
    try (VectorSchemaRoot rows = VectorSchemaRoot.create(ARROW_SCHEMA, allocator)) {
      PlainFlight.Put put =
          flight.put("{\"table\":\"plain.many\",\"writer\":\"" + UUID.randomUUID() + "\"}", rows);
      for (int sequence = 0; sequence < 200; sequence++) {
        fill(rows, sequence, sequence + 1);
        put.send("{\"sequence\":" + sequence + "}");
      }
      List<JsonNode> acknowledged = put.finish();
      assertThat(acknowledged).hasSize(200);
      for (int sequence = 0; sequence < 200; sequence++) {
        assertThat(acknowledged.get(sequence).path("sequence").asInt()).isEqualTo(sequence);
      }
    }
  }

  @Test
  void tablesAreListedAlteredAndDropped() {
    create("listed.one", "");
    create("listed.two", "");
    assertThat(flight.action("list-tables", "{\"namespace\":\"listed\"}").toString())
        .isEqualTo("{\"tables\":[\"listed.one\",\"listed.two\"]}");
    List<String> flights = new ArrayList<>();
    for (FlightInfo info : flight.client().listFlights(Criteria.ALL)) {
      flights.addAll(info.getDescriptor().getPath());
      assertThat(fields(info.getSchemaOptional().orElseThrow())).isEqualTo(fields(ARROW_SCHEMA));
    }
    assertThat(flights).contains("listed.one", "listed.two");

    JsonNode altered =
        flight.action(
            "alter-properties",
            "{\"table\":\"listed.one\",\"set\":{\"freshet.freshness\":\"5s\",\"owner\":\"me\"}}");
    assertThat(altered.path("properties").path("owner").asText()).isEqualTo("me");
    altered =
        flight.action("alter-properties", "{\"table\":\"listed.one\",\"remove\":[\"owner\"]}");
    assertThat(altered.path("properties").has("owner")).isFalse();

    flight.action("drop-table", "{\"table\":\"listed.one\",\"purge\":true}");
    flight.action("drop-table", "{\"table\":\"listed.two\",\"purge\":false}");
    assertThat(flight.action("list-tables", "{\"namespace\":\"listed\"}").toString())
        .isEqualTo("{\"tables\":[]}");
  }

  private static JsonNode create(String table, String fields) {
    return flight.action(
        "create-table",
        "{\"table\":\"%s\",\"schema\":{\"type\":\"struct\",\"schema-id\":0,\"fields\":["
                .formatted(table)
            + "{\"id\":1,\"name\":\"id\",\"required\":true,\"type\":\"long\"},"
            + "{\"id\":2,\"name\":\"city\",\"required\":false,\"type\":\"string\"}]},"
            + "\"properties\":{\"freshet.freshness\":\"1h\"}"
            + fields
            + "}");
  }

  private static List<JsonNode> write(
      FlightDescriptor descriptor, @Nullable String metadata, int from, int to) {
    try (VectorSchemaRoot rows = VectorSchemaRoot.create(ARROW_SCHEMA, allocator)) {
      fill(rows, from, to);
      return flight.put(descriptor, rows).send(metadata).finish();
    }
  }

  private static void fill(VectorSchemaRoot rows, int from, int to) {
    BigIntVector ids = (BigIntVector) rows.getVector("id");
    VarCharVector cities = (VarCharVector) rows.getVector("city");
    rows.allocateNew();
    for (int id = from; id < to; id++) {
      ids.setSafe(id - from, id);
      if (id % 3 != 0) {
        cities.setSafe(id - from, ("city " + id).getBytes(StandardCharsets.UTF_8));
      }
    }
    rows.setRowCount(to - from);
  }

  private static Map<Long, String> cities(int from, int to) {
    Map<Long, String> cities = new TreeMap<>();
    for (int id = from; id < to; id++) {
      cities.put((long) id, id % 3 == 0 ? "null" : "city " + id);
    }
    return cities;
  }

  private static Map<Long, String> read(FlightInfo info) throws Exception {
    assertThat(info.getEndpoints()).hasSize(1);
    return read(
        new String(info.getEndpoints().get(0).getTicket().getBytes(), StandardCharsets.UTF_8));
  }

  private static Map<Long, String> read(String ticket) throws Exception {
    Map<Long, String> rows = new TreeMap<>();
    try (FlightStream stream = flight.get(ticket)) {
      while (stream.next()) {
        VectorSchemaRoot batch = stream.getRoot();
        BigIntVector ids = (BigIntVector) batch.getVector("id");
        for (int row = 0; row < batch.getRowCount(); row++) {
          String before =
              rows.put(ids.get(row), String.valueOf(batch.getVector("city").getObject(row)));
          assertThat(before).isNull();
        }
      }
    }
    return rows;
  }

  private static FlightDescriptor command(String json) {
    return FlightDescriptor.command(json.getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> fields(Schema schema) {
    return schema.getFields().stream()
        .map(field -> field.getName() + " " + field.getType() + " " + field.isNullable())
        .toList();
  }
}
