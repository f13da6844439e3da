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
 * A union snapshot's fresh rows by partition.
 *
 * @param partitions null if there are more than were asked for
 */
public record PartitionCounts(@Nullable List<Counted> partitions) {
  /**
   * One partition.
   *
   * @param values one for each entry of the partitioning, in Iceberg's JSON form of single values
   * @param rows how many fresh rows are in it
   */
  public record Counted(List<JsonNode> values, long rows) {}
}
