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
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes an Iceberg table that the lake has a Freshet table, in place.
 *
 * @param primaryKey columns that tell its rows apart; none, for a table of appends, if null
 * @param buckets 4 if null
 * @param bucketKey as in {@link CreateTable}
 * @param properties to set beside those that it has
 */
public record AttachTable(
    TableName table,
    @Nullable List<String> primaryKey,
    @Nullable Integer buckets,
    @Nullable List<String> bucketKey,
    @Nullable Map<String, String> properties) {}
