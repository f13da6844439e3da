/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server;

import static io.freshet.error.FreshetErrorCode.BATCH_TOO_LARGE;
import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;
import static io.freshet.error.FreshetErrorCode.NULL_IN_REQUIRED_COLUMN;
import static io.freshet.error.FreshetErrorCode.SCHEMA_MISMATCH;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_FOUND;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.arrow.ArrowRowAppender;
import io.freshet.arrow.ArrowSchemas;
import io.freshet.error.FreshetErrorCode;
import io.freshet.server.PlainFlight.WireError;
import io.freshet.server.ServerConfiguration.Settings;
import io.freshet.table.ColumnText;
import io.freshet.table.TableName;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bad batches: each is refused by name, and nothing of it is stored. */
@SuppressWarnings("NullAway.Init")
final class BadBatchIT {
  private static final String BATCH_LIMIT = "64KB";
  private static final TableName TABLE = TableName.parse("bad.batches");
  private static final Schema SCHEMA =
      ColumnText.parse("id long not null, name string, point struct<x:int not null,y:double>");
  private static final String COMMAND = "{\"table\":\"bad.batches\"}";

  @TempDir static Path data;

  private static TestServer server;
  private static RootAllocator allocator;
  private static PlainFlight flight;

  @BeforeAll
  static void start() {
    Settings settings =
        new Settings(
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            BATCH_LIMIT,
            null,
            null,
            null,
            null,
            null,
            null);
    server = new TestServer(data, settings);
    allocator = new RootAllocator();
    flight = new PlainFlight(server.server().flightUri(), allocator);
    server.create(TABLE, SCHEMA);
  }

  @AfterAll
  static void stop() throws InterruptedException {
    try (TestServer closed = server;
        RootAllocator emptied = allocator;
        PlainFlight disconnected = flight) {
      assertThat(closed.rows(TABLE)).isEmpty();
    }
  }

  @Test
  void columnOfAnotherTypeIsRefused() {
    refused(
        "id int not null, name string",
        SCHEMA_MISMATCH,
        "Can't append to table bad.batches: column id has Arrow type Int(64, true), and the batch has"
            + " Int(32, true). Cast it before you send it.");
  }

  @Test
  void unknownColumnIsRefused() {
    refused(
        "id long not null, colour string",
        SCHEMA_MISMATCH,
        "Can't append to table bad.batches: it has no column colour; its columns are [id, name, point]");
  }

  @Test
  void missingRequiredColumnIsRefused() {
    refused(
        "name string",
        SCHEMA_MISMATCH,
        "Can't append to table bad.batches: column id is required, and the batch has only [name]");
  }

  @Test
  void nestedFieldOfAnotherTypeOrNameIsRefused() {
    refused(
        "id long not null, point struct<x:long not null,y:double>",
        SCHEMA_MISMATCH,
        "Can't append to table bad.batches: column point.x has Arrow type Int(32, true), and the batch"
            + " has Int(64, true). Cast it before you send it.");
    refused(
        "id long not null, point struct<x:int not null,z:double>",
        SCHEMA_MISMATCH,
        "Can't append to table bad.batches: field 1 of column point is named y, and the batch has z"
            + " there");
  }

  @Test
  void nullInARequiredColumnIsRefusedByColumnAndRow() {
    Schema nullable = ColumnText.parse("id long, name string");
    refused(
        batch(nullable, row(nullable, 1L, "a"), row(nullable, null, "b")),
        COMMAND,
        null,
        NULL_IN_REQUIRED_COLUMN,
        "Can't append to table bad.batches: column id is required and null in row 1 of the batch");
  }

  @Test
  void nullInARequiredNestedFieldIsRefusedByColumnAndRow() {
    Schema nullable = ColumnText.parse("id long, name string, point struct<x:int,y:double>");
    Record point = GenericRecord.create(nullable.findType("point").asStructType());
    point.setField("y", 1.5);
    refused(
        batch(nullable, row(nullable, 1L, "a"), row(nullable, 2L, "b", point)),
        COMMAND,
        null,
        NULL_IN_REQUIRED_COLUMN,
        "Can't append to table bad.batches: field point.x is required and null in row 1 of the batch");
  }

  @Test
  void nullBelowANullStructIsFine() {
    TableName table = TableName.parse("bad.null-structs");
    server.create(table, SCHEMA);
    try (VectorSchemaRoot rows = batch(SCHEMA, row(SCHEMA, 1L, "a", null))) {
      ((StructVector) rows.getVector("point")).getChild("x").setNull(0);
      flight.put("{\"table\":\"bad.null-structs\"}", rows).send(null).finish();
    }
    assertThat(server.rows(table)).hasSize(1);
  }

  @Test
  void unknownTableIsRefused() {
    refused(
        batch(SCHEMA, row(SCHEMA, 1L, "a")),
        "{\"table\":\"bad.nothing\"}",
        null,
        TABLE_NOT_FOUND,
        "There is no table bad.nothing; 'freshet table list' shows the tables of this server");
  }

  @Test
  void tooLargeBatchIsRefused() {
    refused(
        batch(SCHEMA, row(SCHEMA, 1L, "x".repeat(100_000))),
        COMMAND,
        null,
        BATCH_TOO_LARGE,
        "Batch 0 for table bad.batches has 100[0-9]{3} bytes; the limit is 65536. Send smaller batches.");
  }

  @Test
  void bucketOutOfRangeIsRefused() {
    for (String bucket : List.of("4", "-1")) {
      refused(
          batch(SCHEMA, row(SCHEMA, 1L, "a")),
          COMMAND,
          "{\"bucket\":" + bucket + "}",
          INVALID_REQUEST,
          "Batch 0 is for bucket " + bucket + ", and table bad.batches has buckets 0 to 3");
    }
  }

  @Test
  void writerWithoutSequenceIsRefused() {
    refused(
        batch(SCHEMA, row(SCHEMA, 1L, "a")),
        "{\"table\":\"bad.batches\",\"writer\":\"" + UUID.randomUUID() + "\"}",
        null,
        INVALID_REQUEST,
        "Batch 0 for table bad.batches has no sequence: a writer with an id numbers its batches");
  }

  @Test
  void metadataAndCommandThatAreNoSuchJsonAreRefused() {
    VectorSchemaRoot one = batch(SCHEMA, row(SCHEMA, 1L, "a"));
    refused(
        one,
        COMMAND,
        "garbage",
        INVALID_REQUEST,
        "The metadata of a batch is not valid: Unrecogni.*");
    refused(
        batch(SCHEMA, row(SCHEMA, 1L, "a")),
        COMMAND,
        "{\"sequence\":1,\"colour\":2}",
        INVALID_REQUEST,
        "The metadata of a batch has an unknown field 'colour'; known fields are \\[sequence, bucket]");
    refused(
        batch(SCHEMA, row(SCHEMA, 1L, "a")),
        "{}",
        null,
        INVALID_REQUEST,
        "The command lacks the fields \\[table]");
    refused(
        batch(SCHEMA, row(SCHEMA, 1L, "a")),
        "\u0000\u0001",
        null,
        INVALID_REQUEST,
        "The command is not valid: Illegal character.*");
  }

  @Test
  void dictionaryEncodedColumnIsRefused() {
    DictionaryEncoding encoding = new DictionaryEncoding(7, false, new ArrowType.Int(32, true));
    Field id = ArrowSchemas.toArrow(SCHEMA.findField("id"));
    Field name =
        new Field("name", new FieldType(true, new ArrowType.Int(32, true), encoding), List.of());
    DictionaryProvider.MapDictionaryProvider dictionaries =
        new DictionaryProvider.MapDictionaryProvider();
    try (VarCharVector words = new VarCharVector("words", allocator);
        VectorSchemaRoot rows =
            VectorSchemaRoot.create(
                new org.apache.arrow.vector.types.pojo.Schema(List.of(id, name)), allocator)) {
      words.setSafe(0, new byte[] {'a'});
      words.setValueCount(1);
      dictionaries.put(new Dictionary(words, encoding));
      rows.allocateNew();
      rows.setRowCount(1);
      WireError error =
          PlainFlight.errorOf(() -> flight.put(COMMAND, rows, dictionaries).send(null).finish());
      check(
          error,
          SCHEMA_MISMATCH,
          "Can't append to table bad.batches: column name has Arrow type Utf8, and the batch has"
              + " dictionary-encoded .*");
    }
  }

  @Test
  void offsetsThatGoBackAreRefused() {
    VectorSchemaRoot rows = batch(SCHEMA, row(SCHEMA, 1L, "abc"), row(SCHEMA, 2L, "def"));
    ((VarCharVector) rows.getVector("name")).getOffsetBuffer().setInt(Integer.BYTES, 1_000_000);
    refused(
        rows,
        COMMAND,
        null,
        SCHEMA_MISMATCH,
        "Can't append to table bad.batches: the offsets of column name are not a valid Arrow buffer");
  }

  @Test
  void batchesBeforeABadOneAreStoredAndTheOthersAreNot() {
    TableName table = TableName.parse("bad.half");
    server.create(table, SCHEMA);
    Schema nullable = ColumnText.parse("id long, name string");
    try (VectorSchemaRoot good = batch(nullable, row(nullable, 1L, "a"));
        VectorSchemaRoot bad = batch(nullable, row(nullable, null, "a"));
        VectorSchemaRoot sent = VectorSchemaRoot.create(good.getSchema(), allocator)) {
      PlainFlight.Put put = flight.put("{\"table\":\"bad.half\"}", sent);
      for (VectorSchemaRoot next : List.of(good, good, bad, good)) {
        copy(next, sent);
        put.send(null);
      }
      check(
          PlainFlight.errorOf(put::finish),
          NULL_IN_REQUIRED_COLUMN,
          "Can't append to table bad.half: column id is required and null in row 0 of the batch");
      assertThat(put.acknowledged()).isEqualTo(2);
    }
    assertThat(server.rows(table)).hasSize(2);
  }

  @Test
  void batchSentAgainOnANewStreamIsThereOnce() {
    TableName table = TableName.parse("bad.again");
    server.create(table, SCHEMA);
    String command = "{\"table\":\"bad.again\",\"writer\":\"" + UUID.randomUUID() + "\"}";
    try (VectorSchemaRoot rows = batch(SCHEMA, row(SCHEMA, 1L, "a"))) {
      List<JsonNode> first = flight.put(command, rows).send("{\"sequence\":5}").finish();
      List<JsonNode> again = flight.put(command, rows).send("{\"sequence\":5}").finish();
      assertThat(again).isEqualTo(first);
    }
    assertThat(server.rows(table)).hasSize(1);
  }

  @Test
  void streamThatTheServerEndsNeedsNoWordFromTheClient() {
    try (VectorSchemaRoot rows = batch(SCHEMA, row(SCHEMA, 1L, "a"))) {
      for (int i = 0; i < 5; i++) {
        PlainFlight.Put put = flight.put(COMMAND, rows);
        assertThat(PlainFlight.errorOf(() -> put.send("garbage").awaitEnd()).code())
            .isEqualTo(INVALID_REQUEST.name());
      }
    }
  }

  private static void refused(String columns, FreshetErrorCode code, String message) {
    Schema schema = ColumnText.parse(columns);
    try (VectorSchemaRoot rows = VectorSchemaRoot.create(ArrowSchemas.toArrow(schema), allocator)) {
      rows.allocateNew();
      rows.setRowCount(1);
      WireError error = PlainFlight.errorOf(() -> flight.put(COMMAND, rows).send(null).finish());
      check(error, code, Pattern.quote(message));
    }
  }

  /** Closes the batch. */
  private static void refused(
      VectorSchemaRoot batch,
      String command,
      @Nullable String metadata,
      FreshetErrorCode code,
      String messagePattern) {
    try (VectorSchemaRoot rows = batch) {
      PlainFlight.Put put = flight.put(command, rows);
      check(PlainFlight.errorOf(() -> put.send(metadata).finish()), code, messagePattern);
      assertThat(put.acknowledged()).isZero();
    }
  }

  private static void check(WireError error, FreshetErrorCode code, String messagePattern) {
    assertThat(error.message()).matches(messagePattern);
    assertThat(error.code()).isEqualTo(code.name());
    assertThat(error.remedy()).isEqualTo(code.remedy().name());
  }

  private static VectorSchemaRoot batch(Schema schema, Record... rows) {
    VectorSchemaRoot root = VectorSchemaRoot.create(ArrowSchemas.toArrow(schema), allocator);
    ArrowRowAppender appender = new ArrowRowAppender(schema, root);
    List.of(rows).forEach(appender::append);
    appender.finish();
    return root;
  }

  private static Record row(Schema schema, @Nullable Object... values) {
    Record row = GenericRecord.create(schema);
    for (int i = 0; i < values.length; i++) {
      row.set(i, values[i]);
    }
    return row;
  }

  private static void copy(VectorSchemaRoot from, VectorSchemaRoot to) {
    to.clear();
    for (FieldVector vector : from.getFieldVectors()) {
      FieldVector target = to.getVector(vector.getName());
      for (int i = 0; i < from.getRowCount(); i++) {
        target.copyFromSafe(i, i, vector);
      }
    }
    to.setRowCount(from.getRowCount());
  }
}
