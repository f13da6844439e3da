/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.schema;

import static io.freshet.error.FreshetErrorCode.LAKE_DIVERGED;

import io.freshet.error.FreshetException;
import io.freshet.table.ChangeType;
import io.freshet.table.TableDefinition;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.iceberg.Schema;

/**
 * The columns of the entries of a table's log: each entry has those that the table had when it was
 * written. Safe for use by many threads.
 */
public final class LogSchemas {
  private final TableDefinition definition;
  private final Map<Integer, Schema> versions;
  private final RowSchema current;
  private final Map<Integer, RowSchema> known = new ConcurrentHashMap<>();

  /**
   * @param versions all schemas that the table has had, by their ids
   */
  public LogSchemas(TableDefinition definition, Map<Integer, Schema> versions) {
    this.definition = definition;
    this.versions = Map.copyOf(versions);
    this.current = RowSchema.of(definition.logSchema());
    known.put(definition.schema().schemaId(), current);
  }

  /** The columns of what is written now. */
  public RowSchema current() {
    return current;
  }

  /**
   * The columns of entries with a schema id.
   *
   * @throws FreshetException LAKE_DIVERGED if the lake table does not know the schema any more, or
   *     if it had another primary key
   */
  public RowSchema of(int schemaId) {
    return known.computeIfAbsent(schemaId, this::version);
  }

  private RowSchema version(int schemaId) {
    Schema version = versions.get(schemaId);
    if (version == null) {
      throw FreshetException.of(
          LAKE_DIVERGED,
          "The log of table %s has rows of schema %d, which its lake table does not know any more; it"
              + " has the schemas %s. Was the lake table's metadata cleaned or rolled back? Bring back the"
              + " metadata that has it.",
          definition.name(),
          schemaId,
          versions.keySet());
    }
    if (!version.identifierFieldIds().equals(definition.schema().identifierFieldIds())) {
      throw FreshetException.of(
          LAKE_DIVERGED,
          "The primary key of table %s is %s in the lake, and the log has rows of its key %s: another"
              + " writer changed the identifier fields. Set them back to %s.",
          definition.name(),
          definition.schema().identifierFieldNames(),
          version.identifierFieldNames(),
          version.identifierFieldNames());
    }
    return RowSchema.of(ChangeType.logged(version));
  }
}
