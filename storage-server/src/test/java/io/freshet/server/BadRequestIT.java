/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;
import static io.freshet.error.FreshetErrorCode.NAMESPACE_NOT_FOUND;
import static io.freshet.error.FreshetErrorCode.SNAPSHOT_EXPIRED;
import static io.freshet.error.FreshetErrorCode.TABLE_ALREADY_EXISTS;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_FOUND;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.error.FreshetErrorCode;
import io.freshet.server.PlainFlight.WireError;
import io.freshet.table.ColumnText;
import io.freshet.table.TableName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bad actions, tickets and descriptors: each is refused by name, and nothing has changed. */
@SuppressWarnings("NullAway.Init")
final class BadRequestIT {
  private static final TableName TABLE = TableName.parse("bad.requests");
  private static final String SCHEMA =
      "{\"type\":\"struct\",\"fields\":[{\"id\":1,\"name\":\"id\",\"required\":true,\"type\":\"long\"},"
          + "{\"id\":2,\"name\":\"price\",\"required\":false,\"type\":\"double\"}]}";

  @TempDir static Path data;

  private static TestServer server;
  private static RootAllocator allocator;
  private static PlainFlight flight;

  @BeforeAll
  static void start() {
    server = new TestServer(data);
    allocator = new RootAllocator();
    flight = new PlainFlight(server.server().flightUri(), allocator);
    server.create(TABLE, ColumnText.parse("id long not null, price double"));
  }

  @AfterAll
  static void stop() throws InterruptedException {
    try (TestServer closed = server;
        RootAllocator emptied = allocator;
        PlainFlight disconnected = flight) {
      assertThat(closed.client().listTables()).containsExactly(TABLE);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          no-such    | {}                  | There is no action 'no-such'; the actions are .*
          plan       | garbage             | The body of plan is not valid: Unrecognized token 'garbage'.*
          plan       | null                | The body of plan is not valid: it is null
          plan       | []                  | The body of plan is not valid: .*
          plan       | {} {}               | The body of plan is not valid: Trailing token.*
          plan       | {}                  | The body of plan lacks the fields \\[table]
          plan       | {"tabel":"a.b"}     | The body of plan has an unknown field 'tabel'; known fields are .*
          plan       | {"table":"plain"}   | .*Table name 'plain' has no namespace.*
          plan       | {"table":"a..b"}    | .*'' can't be part of a table name.*
          plan       | {"table":"a.b c"}   | .*'b c' can't be part of a table name: use 1 to 128 letters, .*
          plan       | {"table":"bad.requests","lease-millis":0}       | A lease of 0 ms can't be given: ask for 1 to 3600000 ms.*
          plan       | {"table":"bad.requests","lease-millis":-5}      | A lease of -5 ms can't be given.*
          plan       | {"table":"bad.requests","lease-millis":3600001} | A lease of 3600001 ms can't be given: ask for 1 to 3600000 ms, and renew it while you read
          plan       | {"table":"bad.requests","lease-millis":"soon"}  | The body of plan is not valid: .*
          renew      | {"snapshot":"any"}  | 'any' is not a union snapshot: use one that plan answered
          renew      | {}                  | The body of renew lacks the fields \\[snapshot]
          release    | {}                  | The body of release lacks the fields \\[snapshot]
          tier       | {}                  | The body of tier lacks the fields \\[table]
          describe-table   | {}            | The body of describe-table lacks the fields \\[table]
          alter-schema     | {}            | The body of alter-schema lacks the fields \\[table, changes]
          alter-schema     | {"table":"bad.requests","changes":[{"change":"paint"}]} | The body of alter-schema is not valid: .*'paint'.*
          rename-table     | {"table":"bad.requests"} | The body of rename-table lacks the fields \\[new-name]
          rename-table     | {"table":"bad.requests","new-name":"bad.a/b"} | .*'a/b' can't be part of a table name.*
          replace-table    | {"table":"bad.requests"} | The body of replace-table lacks the fields \\[by]
          replace-table    | {"table":"bad.requests","by":"bad.requests"} | Table bad.requests can't be replaced by itself: name another table
          truncate-table   | {}            | The body of truncate-table lacks the fields \\[table]
          alter-properties | {}            | The body of alter-properties lacks the fields \\[table]
          drop-table       | {"purge":true} | The body of drop-table lacks the fields \\[table]
          create-namespace | {}            | The body of create-namespace lacks the fields \\[namespace]
          create-namespace | {"namespace":""}     | '' can't be part of a table name.*
          create-namespace | {"namespace":"a.b/c"} | 'b/c' can't be part of a table name.*
          drop-namespace   | {"namespace":"bad"}  | Namespace bad is not empty: drop its tables first
          """)
  void badActionIsRefused(String action, String body, String message) {
    refused(action, body, INVALID_REQUEST, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          "buckets":0                                  | Table bad.new has 0 buckets: use 1 to 1024
          "buckets":1025                               | Table bad.new has 1025 buckets: use 1 to 1024
          "bucket-key":["nothing"]                     | Bucket key column nothing is not a column of table bad.new: .*
          "bucket-key":["price"]                       | Bucket key column price of table bad.new has type double, which has no bucket transform.*
          "partitioning":["day(id)"]                   | .*day\\(id\\).*
          "sorted-by":["nothing"]                      | .*nothing.*
          "properties":{"freshet.freshnes":"1s"}       | There is no table property freshet.freshnes; those of Freshet are .*
          "properties":{"freshet.table-id":"1"}        | Property freshet.table-id is set by Freshet itself and can't be changed
          "properties":{"format-version":"2"}          | Property format-version is set by Freshet itself and can't be changed
          "properties":{"freshet.freshness":"soon"}    | freshet.freshness = 'soon' is not a duration: write 500ms, 60s, 5min, 1h or 7d
          "properties":{"freshet.tiering.size":"big"}  | freshet.tiering.size = 'big' is not a size: write bytes, 64KB, 64MB or 1GB
          """)
  void badTableIsNotMade(String field, String message) {
    refused(
        "create-table",
        "{\"table\":\"bad.new\",\"schema\":" + SCHEMA + "," + field + "}",
        INVALID_REQUEST,
        message);
  }

  @Test
  void tableWithoutOrWithABadSchemaIsNotMade() {
    refused(
        "create-table",
        "{\"table\":\"bad.new\"}",
        INVALID_REQUEST,
        "The body of create-table lacks the fields \\[schema]");
    refused(
        "create-table",
        "{\"table\":\"bad.new\",\"schema\":{\"type\":\"struct\",\"fields\":[]}}",
        INVALID_REQUEST,
        "Table bad.new has 0 columns: a table has 1 to 10000");
    refused(
        "create-table",
        "{\"table\":\"bad.new\",\"schema\":{\"type\":\"struct\",\"fields\":[{\"id\":1,\"name\":\"a\","
            + "\"required\":true,\"type\":\"thing\"}]}}",
        INVALID_REQUEST,
        "The body of create-table is not valid: .*thing.*");
    refused(
        "create-table",
        "{\"table\":\"bad.new\",\"schema\":\"long\"}",
        INVALID_REQUEST,
        "The body of create-table is not valid: .*");
  }

  @Test
  void tableThatExistsAndTableThatDoesNotAreNamed() {
    refused(
        "create-table",
        "{\"table\":\"bad.requests\",\"schema\":" + SCHEMA + "}",
        TABLE_ALREADY_EXISTS,
        "Table bad.requests already exists");
    for (String action : new String[] {"plan", "tier", "describe-table", "alter-properties"}) {
      refused(
          action,
          "{\"table\":\"bad.nothing\"}",
          TABLE_NOT_FOUND,
          "There is no table bad.nothing; 'freshet table list' shows the tables of this server");
    }
    refused(
        "drop-table",
        "{\"table\":\"bad.nothing\",\"purge\":true}",
        TABLE_NOT_FOUND,
        "There is no table bad.nothing to drop");
    refused(
        "drop-namespace",
        "{\"namespace\":\"nowhere\"}",
        NAMESPACE_NOT_FOUND,
        "There is no namespace nowhere");
  }

  @Test
  void badPropertiesDoNotChangeATable() {
    Map<String, String> before = server.client().describeTable(TABLE).properties();
    refused(
        "alter-properties",
        "{\"table\":\"bad.requests\",\"set\":{\"freshet.colour\":\"red\",\"comment\":\"new\"}}",
        INVALID_REQUEST,
        "There is no table property freshet.colour; those of Freshet are .*");
    for (String reserved : new String[] {"freshet.table-id", "freshet.buckets", "format-version"}) {
      refused(
          "alter-properties",
          "{\"table\":\"bad.requests\",\"remove\":[\"" + reserved + "\"]}",
          INVALID_REQUEST,
          "Property " + reserved + " is set by Freshet itself and can't be changed");
    }
    assertThat(server.client().describeTable(TABLE).properties()).isEqualTo(before);
  }

  @Test
  void badTicketIsRefused() {
    String snapshot = plan("{\"table\":\"bad.requests\"}");
    String ticket = "{\"snapshot\":\"" + snapshot + "\",\"part\":\"fresh\"";
    refusedTicket("garbage", "The ticket is not valid: .*");
    refusedTicket("{}", "The ticket lacks the fields \\[snapshot, part]");
    refusedTicket(
        "{\"snapshot\":\"a\",\"part\":\"old\"}", "The ticket is not valid: .*\\[fresh, union]");
    refusedTicket(ticket + ",\"colour\":1}", "The ticket has an unknown field 'colour'; .*");
    refusedTicket(
        ticket + ",\"columns\":[\"colour\"]}",
        "There is no column colour; the columns are \\[id, price]");
    refusedTicket(ticket + ",\"columns\":[\"id\",\"id\"]}", "Column id is asked for twice");
    refusedTicket(
        ticket + ",\"bucket\":4}",
        "There is no bucket 4 in table bad.requests: its buckets are 0 to 3");
    refusedTicket(
        ticket + ",\"filter\":{\"type\":\"eq\",\"term\":\"colour\",\"value\":1}}", ".*colour.*");
    refusedTicket(
        ticket + ",\"filter\":{\"type\":\"near\",\"term\":\"id\",\"value\":1}}", "Filter .*near.*");
    refusedTicket(ticket + ",\"filter\":5}", "Filter 5 can't be read: .*");
  }

  @Test
  void badDescriptorIsRefused() {
    check(
        PlainFlight.errorOf(() -> flight.client().getInfo(FlightDescriptor.path("plain"))),
        INVALID_REQUEST,
        "Table name 'plain' has no namespace: write it as namespace.table");
    check(
        PlainFlight.errorOf(() -> flight.client().getSchema(FlightDescriptor.path("a", "b"))),
        TABLE_NOT_FOUND,
        "There is no table a.b; .*");
    check(
        PlainFlight.errorOf(
            () -> flight.client().getInfo(FlightDescriptor.command(new byte[] {'{'}))),
        INVALID_REQUEST,
        "The command is not valid: .*");
    check(
        PlainFlight.errorOf(
            () -> flight.client().getInfo(FlightDescriptor.command(new byte[] {'{', '}'}))),
        INVALID_REQUEST,
        "The command lacks the fields \\[table]");
  }

  @Test
  void expiredAndReleasedSnapshotsAreToBePlannedAgain() {
    String brief = plan("{\"table\":\"bad.requests\",\"lease-millis\":1}");
    Await.pause(Duration.ofMillis(20));
    String released = plan("{\"table\":\"bad.requests\"}");
    flight.action("release", "{\"snapshot\":\"" + released + "\"}");
    flight.action("release", "{\"snapshot\":\"" + released + "\"}");
    for (String snapshot : new String[] {brief, released}) {
      String message =
          "Union snapshot "
              + snapshot
              + " of table bad.requests has expired: plan again and read the new one";
      refused("renew", "{\"snapshot\":\"" + snapshot + "\"}", SNAPSHOT_EXPIRED, message);
      refused(
          "overlay",
          "{\"snapshot\":\"" + snapshot + "\",\"data-file\":\"a.parquet\"}",
          SNAPSHOT_EXPIRED,
          message);
      check(
          PlainFlight.errorOf(() -> read("{\"snapshot\":\"" + snapshot + "\",\"part\":\"fresh\"}")),
          SNAPSHOT_EXPIRED,
          message);
    }
    assertThat(SNAPSHOT_EXPIRED.remedy().name()).isEqualTo("REPLAN");
  }

  @Test
  void onlyOverlaysOfThePlanCanBeAskedFor() {
    String snapshot = plan("{\"table\":\"bad.requests\"}");
    refused(
        "overlay",
        "{\"snapshot\":\"" + snapshot + "\",\"data-file\":\"a.parquet\"}",
        INVALID_REQUEST,
        "Union snapshot "
            + snapshot
            + " of table bad.requests has no overlay of a.parquet: ask for files that its plan names");
    refused(
        "overlay",
        "{\"snapshot\":\"" + snapshot + "\"}",
        INVALID_REQUEST,
        "The body of overlay lacks the fields \\[data-file]");
  }

  @Test
  void snapshotOfADroppedTableIsGone() {
    TableName table = TableName.parse("bad.dropped");
    server.create(table, ColumnText.parse("id long"));
    String snapshot = plan("{\"table\":\"bad.dropped\"}");
    server.client().purgeTable(table);
    UUID id = UUID.fromString(snapshot.substring(0, snapshot.indexOf(':')));
    String message = "There is no table with id " + id + ": it was dropped";
    check(
        PlainFlight.errorOf(() -> read("{\"snapshot\":\"" + snapshot + "\",\"part\":\"union\"}")),
        TABLE_NOT_FOUND,
        message);
    refused("renew", "{\"snapshot\":\"" + snapshot + "\"}", TABLE_NOT_FOUND, message);
  }

  private static String plan(String body) {
    JsonNode snapshot = flight.action("plan", body);
    return snapshot.path("snapshot").asText();
  }

  private static void read(String ticket) throws Exception {
    try (FlightStream stream = flight.get(ticket)) {
      while (stream.next()) {
        stream.getRoot().clear();
      }
    }
  }

  private static void refusedTicket(String ticket, String message) {
    check(PlainFlight.errorOf(() -> read(ticket)), INVALID_REQUEST, message);
  }

  private static void refused(
      String action, String body, FreshetErrorCode code, String messagePattern) {
    check(PlainFlight.errorOf(() -> flight.action(action, body)), code, messagePattern);
  }

  private static void check(WireError error, FreshetErrorCode code, String messagePattern) {
    assertThat(error.message().replace('\n', ' ')).matches(messagePattern);
    assertThat(error.code()).isEqualTo(code.name());
    assertThat(error.remedy()).isEqualTo(code.remedy().name());
  }
}
