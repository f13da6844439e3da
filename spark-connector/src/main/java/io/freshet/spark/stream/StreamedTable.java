/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.stream;

import io.freshet.client.FreshetClient;
import io.freshet.protocol.TableDescription;
import io.freshet.spark.lake.LakeTables;
import java.time.Duration;

/**
 * A table that a stream reads or writes.
 *
 * @param name as queries say it, with the catalog
 * @param description as of the stream's analysis
 * @param client shared: never close it
 * @param lease of union snapshots
 */
public record StreamedTable(
    String name,
    TableDescription description,
    FreshetClient client,
    LakeTables lakeTables,
    Duration lease) {}
