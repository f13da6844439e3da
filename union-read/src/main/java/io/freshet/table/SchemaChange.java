/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.table;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.freshet.error.FreshetException;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * One change of a table's columns. A path has the names from a column down to the field that is
 * meant; below lists it goes on with {@code element}, below maps with {@code key} or {@code value}.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "change")
@JsonSubTypes({
  @JsonSubTypes.Type(value = SchemaChange.AddColumn.class, name = "add"),
  @JsonSubTypes.Type(value = SchemaChange.DropColumn.class, name = "drop"),
  @JsonSubTypes.Type(value = SchemaChange.RenameColumn.class, name = "rename"),
  @JsonSubTypes.Type(value = SchemaChange.WidenColumn.class, name = "widen"),
  @JsonSubTypes.Type(value = SchemaChange.SetDoc.class, name = "set-doc"),
  @JsonSubTypes.Type(value = SchemaChange.SetDefault.class, name = "set-default"),
  @JsonSubTypes.Type(value = SchemaChange.MakeOptional.class, name = "make-optional"),
  @JsonSubTypes.Type(value = SchemaChange.MoveColumn.class, name = "move")
})
public sealed interface SchemaChange {
  /**
   * Adds a column, or a field of a struct, at the end.
   *
   * @param parent path of the struct; empty for a column of the table
   * @param column a schema of that column alone; its ids do not matter. Rows that are there already
   *     have its initial default, or null; it can be required only with one.
   */
  record AddColumn(List<String> parent, Schema column) implements SchemaChange {
    public AddColumn {
      parent = List.copyOf(parent);
      if (column.columns().size() != 1) {
        throw FreshetException.of(
            INVALID_REQUEST, "A change adds one column, not %s", column.columns());
      }
    }

    /** Adds a column to the table. */
    public static AddColumn of(Types.NestedField column) {
      return new AddColumn(List.of(), new Schema(column));
    }

    /** The column, with ids that do not matter. */
    public Types.NestedField field() {
      return column.columns().get(0);
    }
  }

  /** Drops a column or field; its values are gone for good. */
  record DropColumn(List<String> path) implements SchemaChange {
    public DropColumn {
      path = checked(path);
    }
  }

  /**
   * @param newName without a path
   */
  record RenameColumn(List<String> path, String newName) implements SchemaChange {
    public RenameColumn {
      path = checked(path);
    }
  }

  /**
   * Changes a type to a wider one.
   *
   * @param type as Iceberg writes it, such as {@code long} or {@code decimal(20, 2)}
   */
  record WidenColumn(List<String> path, String type) implements SchemaChange {
    public WidenColumn {
      path = checked(path);
    }
  }

  /**
   * @param doc null for none
   */
  record SetDoc(List<String> path, @Nullable String doc) implements SchemaChange {
    public SetDoc {
      path = checked(path);
    }
  }

  /**
   * Sets the value that new rows have where a writer gives none; rows that are there keep theirs.
   *
   * @param value Iceberg's JSON form of a single value, such as {@code 7} or {@code "2026-01-31"};
   *     null for null
   */
  record SetDefault(List<String> path, @Nullable String value) implements SchemaChange {
    public SetDefault {
      path = checked(path);
    }
  }

  /** Allows nulls. */
  record MakeOptional(List<String> path) implements SchemaChange {
    public MakeOptional {
      path = checked(path);
    }
  }

  /**
   * Moves a column or field among those beside it.
   *
   * @param after name of the one that it follows; null to become the first
   */
  record MoveColumn(List<String> path, @Nullable String after) implements SchemaChange {
    public MoveColumn {
      path = checked(path);
    }
  }

  private static List<String> checked(List<String> path) {
    if (path.isEmpty()) {
      throw FreshetException.of(INVALID_REQUEST, "A change of a column needs the column's path");
    }
    return List.copyOf(path);
  }
}
