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
import org.apache.iceberg.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Asks for a new table.
 *
 * @param schema its identifier fields are the primary key
 * @param partitioning such as {@code day(date)} or {@code bucket(16, id)}
 * @param sortedBy such as {@code date DESC NULLS LAST}
 * @param buckets 4 if null
 * @param bucketKey columns that choose a row's bucket; if null or empty, the primary key, or round
 *     robin for a log table
 */
public record CreateTable(
    TableName table,
    Schema schema,
    @Nullable List<String> partitioning,
    @Nullable List<String> sortedBy,
    @Nullable Integer buckets,
    @Nullable List<String> bucketKey,
    @Nullable Map<String, String> properties) {
  public static final int DEFAULT_BUCKETS = 4;
}
