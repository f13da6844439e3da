/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import io.freshet.table.TableDefinition;
import io.freshet.table.TableName;
import java.util.List;
import java.util.UUID;
import org.apache.iceberg.Schema;

/** The lake: Iceberg tables by the names of Freshet tables. All methods block. */
public interface Lake {
  /**
   * Makes the lake table of a new table, and its namespace if there is none. Fails with
   * TABLE_ALREADY_EXISTS if there is a lake table of that name with another id.
   */
  LakeTable create(TableDefinition definition, UUID tableId);

  /**
   * Opens a table's lake table; fails with LAKE_DIVERGED if it is gone or belongs to another table.
   */
  LakeTable open(TableName name, UUID tableId, int buckets);

  /**
   * Makes an Iceberg table that exists the lake half of a Freshet table, in one commit: upgraded to
   * format version 3, with the primary key as its identifier fields. Its rows stay as they are.
   *
   * @return the table, and the schema that it had before, for {@link #detach}
   */
  Attached attach(TableAttachment attachment, UUID tableId);

  /** Makes a table what it was before it was attached, but for its format version. */
  void detach(TableName name, UUID tableId, Schema before);

  /** A table that was attached. */
  record Attached(LakeTable table, Schema before) {}

  /**
   * Gives a lake table another name; nothing happens if it has that already. Fails with
   * TABLE_ALREADY_EXISTS if another table has it.
   */
  void rename(TableName from, TableName to, UUID tableId);

  /**
   * Gives a lake table another name so that its own is free; nothing happens if that is no longer
   * this table's.
   */
  void setAside(TableName name, TableName aside, UUID tableId);

  /**
   * Makes the lake table a plain one, or deletes it with all its files. Nothing happens if it is
   * gone.
   */
  void drop(TableName name, UUID tableId, DropMode mode);

  void createNamespace(List<String> namespace);

  void dropNamespace(List<String> namespace);

  List<List<String>> namespaces();

  /** What becomes of the lake table when its Freshet table is dropped. */
  enum DropMode {
    /** It stays, as a plain Iceberg table with all rows that were tiered. */
    KEEP_LAKE,
    /** It goes, with its files. */
    PURGE
  }
}
