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
import org.jspecify.annotations.Nullable;

/**
 * Asks for an expiry of lake snapshots.
 *
 * @param olderThanMillis snapshots and orphan files younger than this moment stay, since 1970 UTC;
 *     five days ago if null. Orphan files stay for an hour at least
 * @param retainLast so many of the newest snapshots stay; 1 if null
 */
public record ExpireSnapshots(
    TableName table, @Nullable Long olderThanMillis, @Nullable Integer retainLast) {}
