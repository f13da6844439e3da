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
import io.trino.plugin.iceberg.IcebergColumnHandle;
import io.trino.spi.connector.ConnectorMergeTableHandle;
import io.trino.spi.connector.ConnectorTableHandle;
import java.util.List;

/**
 * Changes of rows of a table with a primary key, on their way.
 *
 * @param union the table as it is read
 * @param write all columns of the table
 * @param key the columns of the primary key, as in the row id
 */
public record UnionMergeHandle(
    @JsonProperty("union") UnionTableHandle union,
    @JsonProperty("write") UnionWriteHandle write,
    @JsonProperty("key") List<IcebergColumnHandle> key)
    implements ConnectorMergeTableHandle {
  public UnionMergeHandle {
    key = List.copyOf(key);
  }

  @Override
  public ConnectorTableHandle getTableHandle() {
    return union;
  }
}
