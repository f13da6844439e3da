/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.table;

import java.util.List;
import java.util.UUID;

/** The server's durable list of tables. Blocking; a change is durable when its method returns. */
public interface TableStore {
  List<StoredTable> load();

  /** Adds a table or replaces what is stored of it, as a whole or not at all. */
  void save(StoredTable table);

  /** Forgets a table; nothing happens if it is not there. */
  void delete(UUID tableId);
}
