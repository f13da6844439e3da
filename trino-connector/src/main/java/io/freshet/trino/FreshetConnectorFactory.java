/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino;

import static io.trino.plugin.base.Versions.checkStrictSpiVersionMatch;

import com.google.inject.util.Modules;
import io.freshet.error.FreshetException;
import io.freshet.trino.error.FreshetErrors;
import io.freshet.trino.server.ServerConnection;
import io.trino.plugin.iceberg.IcebergConnectorFactory;
import io.trino.spi.classloader.ThreadContextClassLoader;
import io.trino.spi.connector.Connector;
import io.trino.spi.connector.ConnectorContext;
import io.trino.spi.connector.ConnectorFactory;
import java.util.Map;
import java.util.Optional;

/** Asks the server where its lake is, and puts an Iceberg connector for it into ours. */
final class FreshetConnectorFactory implements ConnectorFactory {
  @Override
  public String getName() {
    return "freshet";
  }

  @Override
  public Connector create(
      String catalogName, Map<String, String> config, ConnectorContext context) {
    checkStrictSpiVersionMatch(context, this); // Iceberg's classes have no stable interface.
    CatalogProperties properties = CatalogProperties.parse(catalogName, config);
    try (ThreadContextClassLoader unused =
        new ThreadContextClassLoader(FreshetConnectorFactory.class.getClassLoader())) {
      ServerConnection server =
          ServerConnection.open(
              catalogName,
              properties.uri(),
              properties.memory().toBytes(),
              properties.queryMemory().toBytes());
      try {
        String lakeUri = server.client().serverInfo().lakeUri();
        Connector lake =
            IcebergConnectorFactory.createConnector(
                catalogName,
                properties.icebergAt(lakeUri),
                context,
                Modules.EMPTY_MODULE,
                Optional.empty());
        return new FreshetConnector(lake, server, context.getTypeManager());
      } catch (FreshetException e) {
        server.close();
        throw FreshetErrors.toTrino(e);
      } catch (RuntimeException | Error e) {
        server.close();
        throw e;
      }
    }
  }
}
