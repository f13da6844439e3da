/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.table.TableName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code GetFlightInfo} is about, as the command of its descriptor; a descriptor with the
 * table's name as its path asks for all of it.
 *
 * @param columns in this order; all if null
 * @param filter an Iceberg expression in its JSON form
 */
public record ReadCommand(
    TableName table, @Nullable List<String> columns, @Nullable JsonNode filter) {}
