/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;
import static io.freshet.error.FreshetErrorCode.NAMESPACE_NOT_FOUND;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_FOUND;

import io.freshet.client.FreshetClient;
import io.freshet.error.FreshetException;
import io.freshet.protocol.TableDescription;
import io.freshet.spark.changes.ChangesTable;
import io.freshet.spark.lake.LakeTables;
import io.freshet.table.TableName;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.MetadataTableType;
import org.apache.iceberg.MetadataTableUtils;
import org.apache.iceberg.spark.TimeTravel;
import org.apache.iceberg.spark.source.SparkTable;
import org.apache.spark.sql.catalyst.analysis.NoSuchTableException;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.Table;

/** Finds what a name in a query stands for: a table, a half of one, or a metadata table of one. */
final class TableLoader {
  private static final String LAKE = "lake";
  private static final String FRESH = "fresh";
  private static final String CHANGES = "changes";

  private final String catalog;
  private final FreshetClient client;
  private final LakeTables lakeTables;
  private final Duration lease;

  TableLoader(String catalog, FreshetClient client, LakeTables lakeTables, Duration lease) {
    this.catalog = catalog;
    this.client = client;
    this.lakeTables = lakeTables;
    this.lease = lease;
  }

  Table load(Identifier identifier) throws NoSuchTableException {
    Optional<TableDescription> table = describe(identifier);
    if (table.isPresent()) {
      return union(table.get());
    }
    Optional<TableDescription> owner = describe(owner(identifier));
    if (owner.isPresent()) {
      return part(identifier, owner.get());
    }
    throw new NoSuchTableException(identifier);
  }

  /** The lake half alone, at another time. */
  Table loadLake(Identifier identifier, TimeTravel time) throws NoSuchTableException {
    Optional<TableDescription> table = describe(identifier);
    if (table.isEmpty() && identifier.name().equals(LAKE)) {
      table = describe(owner(identifier));
    }
    return SparkTable.create(
        lake(table.orElseThrow(() -> new NoSuchTableException(identifier))), time);
  }

  /**
   * @throws FreshetException INVALID_REQUEST if no table can have this name
   */
  static TableName tableName(Identifier identifier) {
    return new TableName(List.of(identifier.namespace()), identifier.name());
  }

  /** Spark's error if the table is not there; throws all others. */
  static NoSuchTableException noSuchTable(Identifier identifier, FreshetException error) {
    if (error.code() == TABLE_NOT_FOUND || error.code() == NAMESPACE_NOT_FOUND) {
      return new NoSuchTableException(identifier);
    }
    throw error;
  }

  private Table part(Identifier identifier, TableDescription owner) throws NoSuchTableException {
    if (identifier.name().equals(LAKE)) {
      return new SparkTable(lake(owner));
    }
    if (identifier.name().equals(FRESH)) {
      return of(owner, FreshetTable.Part.FRESH);
    }
    if (identifier.name().equals(CHANGES)) {
      return new ChangesTable(catalog + "." + owner.table(), owner, client);
    }
    MetadataTableType type = MetadataTableType.from(identifier.name());
    if (type == null) {
      throw new NoSuchTableException(identifier);
    }
    return new SparkTable(MetadataTableUtils.createMetadataTableInstance(lake(owner), type));
  }

  FreshetTable union(TableDescription table) {
    return of(table, FreshetTable.Part.UNION);
  }

  private FreshetTable of(TableDescription table, FreshetTable.Part part) {
    return new FreshetTable(catalog, part, table, client, lakeTables, lease);
  }

  private org.apache.iceberg.Table lake(TableDescription table) {
    return lakeTables.lake(table.table().toString(), table.location());
  }

  private Optional<TableDescription> describe(Identifier identifier) {
    if (identifier.namespace().length == 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(client.describeTable(tableName(identifier)));
    } catch (FreshetException e) {
      if (e.code() == TABLE_NOT_FOUND
          || e.code() == NAMESPACE_NOT_FOUND
          || e.code() == INVALID_REQUEST) {
        return Optional.empty(); // Spark says which table is not there.
      }
      throw e;
    }
  }

  /** {@code ns.t} of {@code ns.t.snapshots}. */
  private static Identifier owner(Identifier identifier) {
    String[] namespace = identifier.namespace();
    return namespace.length == 0
        ? identifier
        : Identifier.of(
            Arrays.copyOf(namespace, namespace.length - 1), namespace[namespace.length - 1]);
  }
}
