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
 * Opens a stream of batches into a table; the command of a {@code DoPut}'s descriptor.
 *
 * @param writer the writer's identity, which makes sending a batch again harmless; null for none
 * @param transaction the open transaction that the batches become a part of; null to make them
 *     visible at once
 */
public record AppendCommand(TableName table, @Nullable UUID writer, @Nullable String transaction) {}
