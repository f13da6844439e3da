/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.procedure;

import io.freshet.client.FreshetClient;
import io.freshet.protocol.ServerInfo;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.catalog.procedures.ProcedureParameter;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** Says which server the catalog is. */
final class ServerInfoOf extends ServerProcedure {
  private final FreshetClient client;

  ServerInfoOf(FreshetClient client) {
    this.client = client;
  }

  @Override
  public String name() {
    return "server_info";
  }

  @Override
  public String description() {
    return "Shows the server of this catalog: its address, version, epoch and lake";
  }

  @Override
  public ProcedureParameter[] parameters() {
    return new ProcedureParameter[0];
  }

  @Override
  StructType result() {
    return new StructType()
        .add("address", DataTypes.StringType, false)
        .add("version", DataTypes.StringType, false)
        .add("epoch", DataTypes.LongType, false)
        .add("lake_uri", DataTypes.StringType, false);
  }

  @Override
  List<@Nullable Object> run(InternalRow arguments) {
    ServerInfo info = client.serverInfo();
    return List.of(
        text(client.address()), text(info.version()), info.epoch(), text(info.lakeUri()));
  }
}
