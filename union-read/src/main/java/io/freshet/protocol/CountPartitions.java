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
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks which partitions a union snapshot's fresh rows would be in, and how many in each.
 *
 * @param partitioning entries as those of a new table, which need not be the table's own
 * @param filter an Iceberg expression in its JSON form; all rows count if null
 * @param maxPartitions if there are more, none is named
 */
public record CountPartitions(
    String snapshot, List<String> partitioning, @Nullable JsonNode filter, int maxPartitions) {}
