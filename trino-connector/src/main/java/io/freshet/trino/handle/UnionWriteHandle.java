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
import io.trino.spi.connector.ConnectorInsertTableHandle;
import io.trino.spi.connector.ConnectorOutputTableHandle;
import java.util.List;

/**
 * Rows on their way into a Freshet table.
 *
 * @param table the server's name of the table
 * @param transaction of the server: its rows become visible when the statement is finished
 * @param columns those that the rows have, in their order; the table's others become null
 */
public record UnionWriteHandle(
    @JsonProperty("table") String table,
    @JsonProperty("transaction") String transaction,
    @JsonProperty("columns") List<IcebergColumnHandle> columns)
    implements ConnectorInsertTableHandle, ConnectorOutputTableHandle {
  public UnionWriteHandle {
    columns = List.copyOf(columns);
  }

  @Override
  public String toString() {
    return table + " in transaction " + transaction;
  }
}
