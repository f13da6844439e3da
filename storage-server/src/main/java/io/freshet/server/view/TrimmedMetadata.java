/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotParser;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.TableProperties;
import org.jspecify.annotations.Nullable;

/**
 * Table metadata with other snapshots than it had, which Iceberg's builder has no way to make: it
 * is made as JSON, by the names of Iceberg's table specification.
 */
final class TrimmedMetadata {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SCHEMAS = "schemas";
  private static final List<String> HISTORY =
      List.of("snapshot-log", "metadata-log", "statistics", "partition-statistics");

  private TrimmedMetadata() {}

  /**
   * The same table at another snapshot.
   *
   * @param current null for the empty table
   * @param others further snapshots that it has
   * @param minSequenceNumber the next commit's sequence number is above it
   */
  static TableMetadata at(
      TableMetadata table,
      @Nullable Snapshot current,
      List<Snapshot> others,
      long minSequenceNumber) {
    return parse(at(tree(table), table, current, others, minSequenceNumber));
  }

  /** The empty table in format version 2: what only later versions have is left out. */
  static TableMetadata emptyInVersion2(TableMetadata table) {
    ObjectNode tree = at(tree(table), table, null, List.of(), 0);
    tree.put("format-version", 2);
    tree.remove(List.of("next-row-id", "encryption-keys"));
    ArrayNode schemas = tree.putArray(SCHEMAS);
    for (JsonNode schema : tree(table).get(SCHEMAS)) {
      if (schema.get("schema-id").asInt() == table.currentSchemaId()) {
        schema
            .findParents("write-default")
            .forEach(column -> ((ObjectNode) column).remove("write-default"));
        schemas.add(schema);
      }
    }
    return parse(tree);
  }

  private static ObjectNode at(
      ObjectNode tree,
      TableMetadata table,
      @Nullable Snapshot current,
      List<Snapshot> others,
      long minSequenceNumber) {
    HISTORY.forEach(tree::putArray);
    ArrayNode snapshots = tree.putArray("snapshots");
    others.forEach(snapshot -> snapshots.add(read(SnapshotParser.toJson(snapshot))));
    ObjectNode refs = tree.putObject("refs");
    if (current == null) {
      tree.putNull("current-snapshot-id");
    } else {
      snapshots.add(read(SnapshotParser.toJson(current)));
      tree.put("current-snapshot-id", current.snapshotId());
      refs.putObject(SnapshotRef.MAIN_BRANCH)
          .put("snapshot-id", current.snapshotId())
          .put("type", "branch");
    }
    tree.put("last-sequence-number", Math.max(minSequenceNumber, table.lastSequenceNumber()));
    // The base's manifests stay as they are, whatever the lake's writers do with small ones.
    tree.withObjectProperty("properties").put(TableProperties.MANIFEST_MERGE_ENABLED, "false");
    return tree;
  }

  private static ObjectNode tree(TableMetadata table) {
    return (ObjectNode) read(TableMetadataParser.toJson(table));
  }

  private static JsonNode read(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static TableMetadata parse(ObjectNode tree) {
    return TableMetadataParser.fromJson(tree.toString());
  }
}
