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
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Asks for a union snapshot.
 *
 * @param tableId of the table that a query has found by this name before: if another table has the
 *     name meanwhile, the one with the id is planned while it can be; null for whichever has it
 * @param leaseMillis how long it shall be readable; the server's default if null
 */
public record PlanRequest(TableName table, @Nullable UUID tableId, @Nullable Long leaseMillis) {}
