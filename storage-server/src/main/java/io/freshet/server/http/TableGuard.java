/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.http;

import java.util.List;
import org.apache.iceberg.MetadataUpdate;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * Asked before a request changes a table that exists, so that the server can keep the tables that
 * it owns. A guard refuses by throwing, best a {@link io.freshet.error.FreshetException} that says
 * where the change can be made; then nothing is changed. Called on many threads.
 */
public interface TableGuard {
  /** Refuses nothing. */
  TableGuard ALLOW_ALL =
      new TableGuard() {
        @Override
        public void beforeCommit(TableIdentifier table, List<MetadataUpdate> updates) {}

        @Override
        public void afterCommit(TableIdentifier table) {}

        @Override
        public void beforeDrop(TableIdentifier table) {}

        @Override
        public void beforeRename(TableIdentifier table, TableIdentifier newName) {}
      };

  /** Before a commit of the updates; also before the commit that makes a staged table. */
  void beforeCommit(TableIdentifier table, List<MetadataUpdate> updates);

  /** After a commit has taken effect. */
  void afterCommit(TableIdentifier table);

  /** Before the table is dropped, with or without its files, or replaced by a registered one. */
  void beforeDrop(TableIdentifier table);

  void beforeRename(TableIdentifier table, TableIdentifier newName);
}
