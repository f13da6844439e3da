/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import io.freshet.table.TableName;
import java.util.List;
import java.util.Map;

/**
 * What an Iceberg table is to be as a Freshet table.
 *
 * @param primaryKey columns of its primary key; empty for a log table
 * @param bucketKey empty for all of the primary key, or round robin
 * @param properties to set, beside those that it has
 */
public record TableAttachment(
    TableName name,
    List<String> primaryKey,
    int buckets,
    List<String> bucketKey,
    Map<String, String> properties) {
  public TableAttachment {
    primaryKey = List.copyOf(primaryKey);
    bucketKey = List.copyOf(bucketKey);
    properties = Map.copyOf(properties);
  }
}
