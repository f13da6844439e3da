/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;
import static io.freshet.error.FreshetErrorCode.LAKE_DIVERGED;
import static io.freshet.error.FreshetErrorCode.LAKE_UNAVAILABLE;
import static io.freshet.error.FreshetErrorCode.NAMESPACE_NOT_FOUND;
import static io.freshet.error.FreshetErrorCode.TABLE_ALREADY_EXISTS;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_FOUND;

import io.freshet.error.FreshetException;
import io.freshet.table.PrimaryKey;
import io.freshet.table.TableDefinition;
import io.freshet.table.TableName;
import io.freshet.table.TableOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.UpdateProperties;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NamespaceNotEmptyException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;

/** The lake in an Iceberg catalog. */
public final class IcebergLake implements Lake {
  private static final Map<String, String> DEFAULTS =
      Map.of(
          TableProperties.FORMAT_VERSION, "3",
          TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED, "true",
          TableProperties.METADATA_PREVIOUS_VERSIONS_MAX, "100");

  private final Catalog catalog;
  private final SupportsNamespaces namespaces;
  private final DeletionVectorCache vectors = DeletionVectorCache.ofDefaultSize();

  /** The same catalog twice, for its tables and its namespaces; owned by the caller. */
  public IcebergLake(Catalog catalog, SupportsNamespaces namespaces) {
    this.catalog = catalog;
    this.namespaces = namespaces;
  }

  @Override
  public LakeTable create(TableDefinition definition, UUID tableId) {
    TableIdentifier identifier = definition.name().identifier();
    return reaching(() -> {
      createNamespace(definition.name().namespace());
      Map<String, String> properties = new HashMap<>(DEFAULTS);
      properties.putAll(definition.properties());
      properties.put(TableOptions.TABLE_ID, tableId.toString());
      properties.put(TableOptions.BUCKETS, Integer.toString(definition.buckets()));
      if (!definition.bucketKey().isEmpty()) {
        properties.put(TableOptions.BUCKET_KEY, String.join(",", definition.bucketKey()));
      }
      try {
        Table table =
            catalog
                .buildTable(identifier, definition.schema())
                .withPartitionSpec(definition.partitionSpec())
                .withSortOrder(definition.sortOrder())
                .withProperties(properties)
                .create();
        return new IcebergLakeTable(
            (BaseTable) table, definition.name(), tableId, definition.buckets(), vectors);
      } catch (AlreadyExistsException e) {
        throw new FreshetException(
            TABLE_ALREADY_EXISTS,
            String.format("The lake has a table %s already: choose another name", identifier),
            e);
      }
    });
  }

  @Override
  public LakeTable open(TableName name, UUID tableId, int buckets) {
    return reaching(() -> {
      Table table;
      try {
        table = catalog.loadTable(name.identifier());
      } catch (NoSuchTableException e) {
        throw new FreshetException(
            LAKE_DIVERGED,
            String.format(
                "The lake has no table %s any more: it was dropped there. Drop it here too.", name),
            e);
      }
      if (!isOurs(table, tableId)) {
        throw FreshetException.of(
            LAKE_DIVERGED,
            "The lake table %s belongs to another table than the one with id %s: it was dropped and"
                + " made again there. Drop it here too.",
            name,
            tableId);
      }
      return new IcebergLakeTable((BaseTable) table, name, tableId, buckets, vectors);
    });
  }

  @Override
  public Attached attach(TableAttachment attachment, UUID tableId) {
    TableName name = attachment.name();
    return reaching(() -> {
      Table table;
      try {
        table = catalog.loadTable(name.identifier());
      } catch (NoSuchTableException e) {
        throw new FreshetException(
            TABLE_NOT_FOUND,
            String.format(
                "The lake has no table %s to attach: create it with 'freshet table create %s'",
                name, name),
            e);
      }
      String owner = table.properties().get(TableOptions.TABLE_ID);
      if (owner != null) {
        throw FreshetException.of(
            TABLE_ALREADY_EXISTS,
            "The lake table %s is attached already, to the Freshet table with id %s of this server or of"
                + " another: drop that one first, without purge",
            name,
            owner);
      }
      Schema before = table.schema();
      List<String> key = attachment.primaryKey();
      Schema wanted = PrimaryKey.in(before, key); // Checks the key's columns.
      Transaction transaction = table.newTransaction();
      UpdateProperties properties = transaction.updateProperties();
      properties.set(TableProperties.FORMAT_VERSION, "3");
      attachment.properties().forEach(properties::set);
      properties.set(TableOptions.TABLE_ID, tableId.toString());
      properties.set(TableOptions.BUCKETS, Integer.toString(attachment.buckets()));
      if (!attachment.bucketKey().isEmpty()) {
        properties.set(TableOptions.BUCKET_KEY, String.join(",", attachment.bucketKey()));
      }
      properties.commit();
      if (!wanted.sameSchema(before)) {
        UpdateSchema update = transaction.updateSchema().allowIncompatibleChanges();
        key.stream()
            .filter(column -> before.findField(column).isOptional())
            .forEach(update::requireColumn);
        update.setIdentifierFields(key).commit();
      }
      AppendFiles start = transaction.newFastAppend();
      TieredSnapshots.summary(
              tableId, TieredOffsets.zero(attachment.buckets()), 0, UUID.randomUUID())
          .forEach(start::set);
      start.commit();
      transaction.commitTransaction();
      BaseTable attached = (BaseTable) catalog.loadTable(name.identifier());
      return new Attached(
          new IcebergLakeTable(attached, name, tableId, attachment.buckets(), vectors), before);
    });
  }

  @Override
  public void detach(TableName name, UUID tableId, Schema before) {
    drop(name, tableId, DropMode.KEEP_LAKE);
    reaching(() -> {
      Table table = catalog.loadTable(name.identifier());
      UpdateSchema update = table.updateSchema().allowIncompatibleChanges();
      update.setIdentifierFields(before.identifierFieldNames());
      before.columns().stream()
          .filter(column ->
              column.isOptional() && table.schema().findField(column.fieldId()).isRequired())
          .forEach(column -> update.makeColumnOptional(column.name()));
      update.commit();
      return true;
    });
  }

  @Override
  public void rename(TableName from, TableName to, UUID tableId) {
    reaching(() -> {
      createNamespace(to.namespace());
      if (catalog.tableExists(to.identifier())
          && isOurs(catalog.loadTable(to.identifier()), tableId)) {
        return true;
      }
      try {
        catalog.renameTable(from.identifier(), to.identifier());
        return true;
      } catch (AlreadyExistsException e) {
        throw new FreshetException(
            TABLE_ALREADY_EXISTS,
            String.format("The lake has a table %s already: choose another name", to),
            e);
      }
    });
  }

  @Override
  public void setAside(TableName name, TableName aside, UUID tableId) {
    reaching(() -> {
      if (catalog.tableExists(name.identifier())
          && isOurs(catalog.loadTable(name.identifier()), tableId)) {
        catalog.renameTable(name.identifier(), aside.identifier());
      }
      return true;
    });
  }

  @Override
  public void drop(TableName name, UUID tableId, DropMode mode) {
    reaching(() -> {
      Table table;
      try {
        table = catalog.loadTable(name.identifier());
      } catch (NoSuchTableException e) {
        return true;
      }
      if (!isOurs(table, tableId)) {
        return true;
      }
      if (mode == DropMode.PURGE) {
        return catalog.dropTable(name.identifier(), true);
      }
      table
          .updateProperties()
          .remove(TableOptions.TABLE_ID)
          .remove(TableOptions.BUCKETS)
          .remove(TableOptions.BUCKET_KEY)
          .commit();
      return true;
    });
  }

  @Override
  public void createNamespace(List<String> namespace) {
    reaching(() -> {
      Namespace wanted = Namespace.of(namespace.toArray(String[]::new));
      if (!namespaces.namespaceExists(wanted)) {
        try {
          namespaces.createNamespace(wanted);
        } catch (AlreadyExistsException e) {
          return false; // Somebody else made it in between, which is as good.
        }
      }
      return true;
    });
  }

  @Override
  public void dropNamespace(List<String> namespace) {
    reaching(() -> {
      Namespace unwanted = Namespace.of(namespace.toArray(String[]::new));
      try {
        if (!namespaces.dropNamespace(unwanted)) {
          throw new NoSuchNamespaceException("Namespace does not exist: %s", unwanted);
        }
      } catch (NoSuchNamespaceException e) {
        throw new FreshetException(
            NAMESPACE_NOT_FOUND, String.format("There is no namespace %s", unwanted), e);
      } catch (NamespaceNotEmptyException e) {
        throw new FreshetException(
            INVALID_REQUEST,
            String.format("Namespace %s is not empty: drop its tables first", unwanted),
            e);
      }
      return true;
    });
  }

  @Override
  public List<List<String>> namespaces() {
    return reaching(() -> {
      List<List<String>> all = new ArrayList<>();
      collect(Namespace.empty(), all);
      return all;
    });
  }

  /** Does work in the lake; what Iceberg can't do becomes LAKE_UNAVAILABLE. */
  static <T> T reaching(Supplier<T> work) {
    try {
      return work.get();
    } catch (FreshetException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new FreshetException(
          LAKE_UNAVAILABLE,
          String.format(
              "The lake can't be used now: %s. Check its catalog and storage.", e.getMessage()),
          e);
    }
  }

  private void collect(Namespace parent, List<List<String>> all) {
    for (Namespace child : namespaces.listNamespaces(parent)) {
      all.add(List.of(child.levels()));
      collect(child, all);
    }
  }

  private static boolean isOurs(Table table, UUID tableId) {
    return tableId.toString().equals(table.properties().get(TableOptions.TABLE_ID));
  }
}
