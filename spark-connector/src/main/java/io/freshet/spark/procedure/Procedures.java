/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.procedure;

import static io.freshet.error.FreshetErrorCode.UNSUPPORTED;

import io.freshet.client.FreshetClient;
import io.freshet.error.FreshetException;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.procedures.UnboundProcedure;

/** The procedures of a catalog, by name. */
public final class Procedures {
  private static final String NAMESPACE = "system";

  private final String catalog;
  private final List<ServerProcedure> procedures;

  public Procedures(String catalog, FreshetClient client) {
    this.catalog = catalog;
    TableArgument table = new TableArgument(catalog);
    this.procedures =
        List.of(
            new Tier(table, client),
            new Compact(table, client),
            new ExpireSnapshotsOf(table, client),
            new Attach(table, client),
            new ServerInfoOf(client));
  }

  public Identifier[] list(String[] namespace) {
    return isOurs(namespace)
        ? procedures.stream()
            .map(procedure -> Identifier.of(namespace, procedure.name()))
            .toArray(Identifier[]::new)
        : new Identifier[0];
  }

  public UnboundProcedure load(Identifier identifier) {
    return procedures.stream()
        .filter(procedure -> isOurs(identifier.namespace()))
        .filter(procedure -> procedure.name().equals(identifier.name().toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() ->
            FreshetException.of(
                UNSUPPORTED,
                "There is no procedure %s.%s; call one of %s",
                catalog,
                identifier,
                procedures.stream()
                    .map(procedure -> catalog + "." + NAMESPACE + "." + procedure.name())
                    .toList()));
  }

  private static boolean isOurs(String[] namespace) {
    return namespace.length == 1 && namespace[0].equalsIgnoreCase(NAMESPACE);
  }
}
