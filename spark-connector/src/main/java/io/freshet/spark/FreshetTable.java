/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark;

import static io.freshet.error.FreshetErrorCode.SCHEMA_MISMATCH;
import static io.freshet.error.FreshetErrorCode.UNSUPPORTED;

import io.freshet.client.FreshetClient;
import io.freshet.error.FreshetException;
import io.freshet.protocol.FreshRange;
import io.freshet.protocol.TableDescription;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.spark.connection.SnapshotLease;
import io.freshet.spark.lake.LakeTables;
import io.freshet.spark.read.TablePartitions;
import io.freshet.spark.read.UnionScanBuilder;
import io.freshet.spark.stream.StreamedTable;
import io.freshet.spark.stream.TableStreams;
import io.freshet.spark.write.BucketDistribution;
import io.freshet.spark.write.ChangeOperation;
import io.freshet.spark.write.ChangeWrite;
import io.freshet.spark.write.RowsWrite;
import io.freshet.table.Partitioning;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.spark.Spark3Util;
import org.apache.iceberg.spark.SparkSchemaUtil;
import org.apache.iceberg.spark.source.SparkTable;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.catalog.MetadataColumn;
import org.apache.spark.sql.connector.catalog.SupportsMetadataColumns;
import org.apache.spark.sql.connector.catalog.SupportsPartitionManagement;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.SupportsRowLevelOperations;
import org.apache.spark.sql.connector.catalog.SupportsWrite;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.catalog.TruncatableTable;
import org.apache.spark.sql.connector.catalog.constraints.Constraint;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.RowLevelOperationBuilder;
import org.apache.spark.sql.connector.write.RowLevelOperationInfo;
import org.apache.spark.sql.connector.write.WriteBuilder;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.jspecify.annotations.Nullable;

/**
 * A Freshet table as of its loading, which Spark does for every execution of a query. The first
 * scan freezes a union snapshot; all scans of this object read it, so that a self-join sees one
 * state of the table.
 */
final class FreshetTable
    implements SupportsRead,
        SupportsWrite,
        SupportsRowLevelOperations,
        SupportsMetadataColumns,
        SupportsPartitionManagement,
        TruncatableTable {
  /** Which rows of the table. */
  enum Part {
    UNION,
    FRESH
  }

  private final String catalog;
  private final Part part;
  private final TableDescription description;
  private final FreshetClient client;
  private final LakeTables lakeTables;
  private final Duration lease;
  private @Nullable SnapshotLease pinned;

  FreshetTable(
      String catalog,
      Part part,
      TableDescription description,
      FreshetClient client,
      LakeTables lakeTables,
      Duration lease) {
    this.catalog = catalog;
    this.part = part;
    this.description = description;
    this.client = client;
    this.lakeTables = lakeTables;
    this.lease = lease;
  }

  @Override
  public String name() {
    return catalog + "." + description.table() + (part == Part.FRESH ? ".fresh" : "");
  }

  @Override
  public String id() {
    return description.tableId().toString();
  }

  /** Changes with each change of the rows; that there is one makes Spark load tables again. */
  @Override
  public String version() {
    StringBuilder version = new StringBuilder().append(description.baseSnapshotId());
    for (FreshRange range : description.fresh()) {
      version.append(',').append(range.endOffset());
    }
    return version.toString();
  }

  @Override
  public StructType schema() {
    try {
      return SparkSchemaUtil.convert(description.schema());
    } catch (UnsupportedOperationException e) {
      throw new FreshetException(
          UNSUPPORTED,
          String.format(
              "Table %s has a column of a type that Spark lacks (%s): its columns are %s. Read it with"
                  + " another client.",
              name(), e.getMessage(), description.schema().columns()),
          e);
    }
  }

  @Override
  public Transform[] partitioning() {
    return Spark3Util.toTransforms(spec());
  }

  private PartitionSpec spec() {
    return Partitioning.parse(description.schema(), description.partitioning());
  }

  @Override
  public StructType partitionSchema() {
    return TablePartitions.schema(spec());
  }

  /** Partitions with these values of some fields. */
  @Override
  public InternalRow[] listPartitionIdentifiers(String[] names, InternalRow values) {
    SnapshotLease snapshot = pin();
    StructType fields = partitionSchema();
    return TablePartitions.list(snapshot, base(snapshot).table(), spec()).stream()
        .filter(partition -> {
          boolean matches = true;
          for (int i = 0; i < names.length; i++) {
            int field = fields.fieldIndex(names[i]);
            DataType type = fields.fields()[field].dataType();
            matches &= Objects.deepEquals(partition.get(field, type), values.get(i, type));
          }
          return matches;
        })
        .toArray(InternalRow[]::new);
  }

  @Override
  public void createPartition(InternalRow partition, Map<String, String> properties) {
    throw partitionsFollowRows("ADD PARTITION");
  }

  @Override
  public boolean dropPartition(InternalRow partition) {
    throw partitionsFollowRows("DROP PARTITION");
  }

  @Override
  public void replacePartitionMetadata(InternalRow partition, Map<String, String> properties) {
    throw partitionsFollowRows("SET LOCATION");
  }

  @Override
  public Map<String, String> loadPartitionMetadata(InternalRow partition) {
    return Map.of();
  }

  private FreshetException partitionsFollowRows(String command) {
    return FreshetException.of(
        UNSUPPORTED,
        "Cannot %s of table %s: partitions come and go with their rows. INSERT rows, or DELETE those of"
            + " a partition.",
        command,
        name());
  }

  @Override
  public Map<String, String> properties() {
    return TableProperties.of(description);
  }

  @Override
  public Constraint[] constraints() {
    return TableProperties.constraints(description);
  }

  @Override
  public Set<TableCapability> capabilities() {
    return part == Part.UNION
        ? Set.of(
            TableCapability.BATCH_READ,
            TableCapability.BATCH_WRITE,
            TableCapability.OVERWRITE_BY_FILTER,
            TableCapability.OVERWRITE_DYNAMIC,
            TableCapability.TRUNCATE,
            TableCapability.MICRO_BATCH_READ,
            TableCapability.STREAMING_WRITE)
        : Set.of(TableCapability.BATCH_READ);
  }

  @Override
  public MetadataColumn[] metadataColumns() {
    return new SparkTable(lakeTables.lake(description.table().toString(), description.location()))
        .metadataColumns();
  }

  @Override
  public ScanBuilder newScanBuilder(CaseInsensitiveStringMap options) {
    SnapshotLease snapshot = pin();
    return new UnionScanBuilder(
        snapshot,
        base(snapshot),
        options,
        checkpoint -> TableStreams.installed(name()).newStream(streamed(), options, checkpoint));
  }

  private SparkTable base(SnapshotLease snapshot) {
    return part == Part.FRESH
        ? lakeTables.withoutFiles(snapshot.snapshot())
        : lakeTables.base(snapshot.snapshot());
  }

  @Override
  public WriteBuilder newWriteBuilder(LogicalWriteInfo info) {
    String quotedName =
        Stream.of(
                Stream.of(catalog),
                description.table().namespace().stream(),
                Stream.of(description.table().name()))
            .flatMap(Function.identity())
            .map(part -> "`" + part.replace("`", "``") + "`")
            .collect(Collectors.joining("."));
    return new RowsWrite(
        changes(info), TableProperties.primaryKey(description), spec(), quotedName);
  }

  @Override
  public boolean truncateTable() {
    var unused = client.truncateTable(description.table());
    return true;
  }

  private ChangeWrite changes(LogicalWriteInfo info) {
    return new ChangeWrite(
        client.address(),
        description.table(),
        description.schema().schemaId(),
        info,
        BucketDistribution.of(description, info.options()),
        () -> TableStreams.installed(name()).newWrite(streamed(), info));
  }

  /** Whether this is a table, and no half of one. */
  boolean isWhole() {
    return part == Part.UNION;
  }

  /** What a stream has to know of this table. */
  StreamedTable streamed() {
    return new StreamedTable(name(), description, client, lakeTables, lease);
  }

  @Override
  public RowLevelOperationBuilder newRowLevelOperationBuilder(RowLevelOperationInfo info) {
    List<String> key = TableProperties.primaryKey(description);
    if (key.isEmpty() || part == Part.FRESH) {
      throw FreshetException.of(
          UNSUPPORTED,
          "Cannot %s rows of table %s: it has no primary key, so its rows can only be added. Rows of"
              + " a table made with PRIMARY KEY (…) can be changed.",
          info.command(),
          name());
    }
    return () -> new ChangeOperation(info.command(), key, this::newScanBuilder, this::changes);
  }

  private synchronized SnapshotLease pin() {
    if (pinned == null) {
      SnapshotLease lease =
          SnapshotLease.plan(client, description.table(), description.tableId(), this.lease);
      checkUnchanged(lease.snapshot());
      pinned = lease;
    }
    return pinned;
  }

  private void checkUnchanged(UnionSnapshot snapshot) {
    if (!snapshot.schema().sameSchema(description.schema())) {
      throw FreshetException.of(
          SCHEMA_MISMATCH,
          "The columns of table %s changed while the query was planned, from %s to %s: run the query"
              + " again",
          description.table(),
          description.schema().columns(),
          snapshot.schema().columns());
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FreshetTable table
        && table.name().equals(name())
        && table.id().equals(id())
        && table.version().equals(version());
  }

  @Override
  public int hashCode() {
    return Objects.hash(name(), id(), version());
  }

  @Override
  public String toString() {
    return name();
  }
}
