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

/**
 * One partition of a lake that is partitioned by {@code bucket(column, partitions)}.
 *
 * @param fieldId of the column
 * @param partitions how many there are
 * @param number which one it is, from 0; it has the rows without a value, too, if it is the first
 */
public record BucketPartition(
    @JsonProperty("fieldId") int fieldId,
    @JsonProperty("partitions") int partitions,
    @JsonProperty("number") int number) {}
