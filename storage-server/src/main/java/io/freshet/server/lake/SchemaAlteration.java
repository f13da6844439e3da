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

import io.freshet.arrow.ArrowSchemas;
import io.freshet.error.FreshetException;
import io.freshet.table.SchemaChange;
import io.freshet.table.TableDefinition;
import io.freshet.table.TableOptions;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SingleValueParser;
import org.apache.iceberg.Table;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** Changes of a table's columns, which are checked before any of them is made. */
record SchemaAlteration(TableDefinition before, List<SchemaChange> changes) {
  /**
   * Commits the changes.
   *
   * @throws FreshetException INVALID_REQUEST if one of them is not possible
   */
  void apply(Table table) {
    if (changes.isEmpty()) {
      throw FreshetException.of(INVALID_REQUEST, "No change of table %s is given", before.name());
    }
    try {
      List<String> bucketKey = before.bucketKey();
      UpdateSchema update = table.updateSchema();
      for (SchemaChange change : changes) {
        apply(change, update);
        bucketKey = rename(bucketKey, change);
      }
      Schema after = update.apply();
      check(after, bucketKey);
      Transaction transaction = table.newTransaction();
      UpdateSchema committed = transaction.updateSchema();
      changes.forEach(change -> apply(change, committed));
      committed.commit();
      if (!bucketKey.equals(before.bucketKey())) {
        transaction
            .updateProperties()
            .set(TableOptions.BUCKET_KEY, String.join(",", bucketKey))
            .commit();
      }
      transaction.commitTransaction();
    } catch (CommitFailedException e) {
      throw e;
    } catch (IllegalArgumentException | ValidationException | UnsupportedOperationException e) {
      throw new FreshetException(
          INVALID_REQUEST,
          String.format("Can't change the columns of table %s: %s", before.name(), e.getMessage()),
          e);
    }
  }

  private void apply(SchemaChange change, UpdateSchema update) {
    if (change instanceof SchemaChange.AddColumn add) {
      add(add, update);
    } else if (change instanceof SchemaChange.DropColumn drop) {
      checkUnused(name(drop.path()));
      update.deleteColumn(name(drop.path()));
    } else if (change instanceof SchemaChange.RenameColumn rename) {
      update.renameColumn(name(rename.path()), rename.newName());
    } else if (change instanceof SchemaChange.WidenColumn widen) {
      update.updateColumn(name(widen.path()), Types.fromPrimitiveString(widen.type()));
    } else if (change instanceof SchemaChange.SetDoc doc) {
      update.updateColumnDoc(name(doc.path()), doc.doc());
    } else if (change instanceof SchemaChange.SetDefault value) {
      setDefault(name(value.path()), value.value(), update);
    } else if (change instanceof SchemaChange.MakeOptional optional) {
      update.makeColumnOptional(name(optional.path()));
    } else if (change instanceof SchemaChange.MoveColumn move) {
      move(move, update);
    }
  }

  private void setDefault(String name, @Nullable String json, UpdateSchema update) {
    Types.NestedField field = before.schema().findField(name);
    if (field == null) {
      throw FreshetException.of(
          INVALID_REQUEST, "There is no column %s in table %s", name, before.name());
    }
    update.updateColumnDefault(name, literal(field.type(), json));
  }

  private static void add(SchemaChange.AddColumn add, UpdateSchema update) {
    Types.NestedField field = add.field();
    String parent = add.parent().isEmpty() ? null : name(add.parent());
    Literal<?> value = literal(field.initialDefault());
    if (field.isRequired()) {
      update.addRequiredColumn(parent, field.name(), field.type(), field.doc(), value);
    } else {
      update.addColumn(parent, field.name(), field.type(), field.doc(), value);
    }
  }

  private static void move(SchemaChange.MoveColumn move, UpdateSchema update) {
    String name = name(move.path());
    String after = move.after();
    if (after == null) {
      update.moveFirst(name);
    } else {
      int depth = move.path().size() - 1;
      String parent = depth == 0 ? "" : name(move.path().subList(0, depth)) + ".";
      update.moveAfter(name, parent + after);
    }
  }

  /** What the table's layout is made of stays. */
  private void checkUnused(String name) {
    Types.NestedField column = before.schema().findField(name);
    if (column == null) {
      return; // Iceberg says so.
    }
    int id = column.fieldId();
    String use =
        before.schema().identifierFieldIds().contains(id)
            ? "its primary key"
            : before.bucketKey().contains(name)
                ? "its bucket key"
                : before.partitionSpec().fields().stream().anyMatch(field -> field.sourceId() == id)
                    ? "its partitioning"
                    : before.sortOrder().fields().stream().anyMatch(field -> field.sourceId() == id)
                        ? "its sort order"
                        : null;
    if (use != null) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "Column %s of table %s can't be dropped: it is in %s",
          name,
          before.name(),
          use);
    }
  }

  /** Refuses what a table can't be: the definition and Arrow's types say so. */
  private void check(Schema after, List<String> bucketKey) {
    TableDefinition definition =
        new TableDefinition(
            before.name(),
            after,
            before.partitionSpec(),
            before.sortOrder(),
            before.buckets(),
            bucketKey,
            before.properties());
    ArrowSchemas.toArrow(definition.logSchema());
  }

  private static List<String> rename(List<String> bucketKey, SchemaChange change) {
    if (change instanceof SchemaChange.RenameColumn rename && rename.path().size() == 1) {
      return bucketKey.stream()
          .map(column -> column.equals(rename.path().get(0)) ? rename.newName() : column)
          .toList();
    }
    return bucketKey;
  }

  private static String name(List<String> path) {
    return String.join(".", path);
  }

  private static @Nullable Literal<?> literal(Type type, @Nullable String json) {
    return json == null ? null : literal(SingleValueParser.fromJson(type, json));
  }

  /**
   * @param value in Iceberg's internal representation
   */
  private static @Nullable Literal<?> literal(@Nullable Object value) {
    if (value == null) {
      return null;
    }
    return value instanceof ByteBuffer bytes
        ? Expressions.lit(bytes.duplicate())
        : Expressions.lit(value);
  }
}
