/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.handle;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.trino.spi.connector.SchemaTableName;
import io.trino.spi.function.table.ConnectorTableFunctionHandle;
import java.util.Optional;

/**
 * A call of the table function {@code changes}, which becomes a scan of the table's changes.
 *
 * @param table in the query's spelling
 * @param fromMicros only changes that were committed from then on, since 1970 UTC
 * @param toMicros only changes that were committed before
 */
public record ChangesFunctionHandle(
    @JsonProperty("table") SchemaTableName table,
    @JsonProperty("fromMicros") Optional<Long> fromMicros,
    @JsonProperty("toMicros") Optional<Long> toMicros)
    implements ConnectorTableFunctionHandle {}
