/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.protocol;

import io.freshet.table.TableName;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Commits a transaction.
 *
 * @param writers those whose batches become visible; what others have staged, such as tasks that
 *     were tried again elsewhere, is dropped. All if null.
 * @param firstWriters those whose batches come before all others, whenever they were staged: so a
 *     row that another writer has staged supersedes their changes of its key. None if null.
 */
public record CommitTransaction(
    TableName table,
    String transaction,
    @Nullable List<UUID> writers,
    @Nullable List<UUID> firstWriters) {}
