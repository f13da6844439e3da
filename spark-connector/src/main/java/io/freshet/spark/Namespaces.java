/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark;

import static io.freshet.error.FreshetErrorCode.UNSUPPORTED;

import io.freshet.client.FreshetClient;
import io.freshet.error.FreshetException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.catalyst.analysis.NamespaceAlreadyExistsException;
import org.apache.spark.sql.catalyst.analysis.NoSuchNamespaceException;
import org.apache.spark.sql.catalyst.analysis.NonEmptyNamespaceException;
import org.apache.spark.sql.connector.catalog.SupportsNamespaces;

/** The server's namespaces as Spark's trees of names: {@code a.b} is below {@code a}. */
final class Namespaces {
  private final FreshetClient client;

  Namespaces(FreshetClient client) {
    this.client = client;
  }

  static String text(String[] namespace) {
    return String.join(".", namespace);
  }

  static FreshetException withoutProperties(String[] namespace) {
    return FreshetException.of(
        UNSUPPORTED,
        "Namespace %s can't have properties, a comment or a location: namespaces only have names",
        text(namespace));
  }

  /** Those directly below one; those at the top if it is empty. */
  String[][] children(String[] namespace) {
    return all().stream()
        .filter(levels -> levels.size() > namespace.length)
        .filter(levels -> levels.subList(0, namespace.length).equals(Arrays.asList(namespace)))
        .map(levels -> levels.subList(0, namespace.length + 1))
        .distinct()
        .sorted(Comparator.comparing(levels -> String.join(".", levels)))
        .map(levels -> levels.toArray(String[]::new))
        .toArray(String[][]::new);
  }

  void check(String[] namespace) throws NoSuchNamespaceException {
    if (!exists(namespace)) {
      throw new NoSuchNamespaceException(namespace);
    }
  }

  void create(String[] namespace, Map<String, String> metadata)
      throws NamespaceAlreadyExistsException {
    Set<String> properties = new HashSet<>(metadata.keySet());
    properties.remove(SupportsNamespaces.PROP_OWNER); // Spark's own.
    if (!properties.isEmpty()) {
      throw withoutProperties(namespace);
    }
    if (exists(namespace)) {
      throw new NamespaceAlreadyExistsException(namespace);
    }
    client.createNamespace(text(namespace));
  }

  void drop(String[] namespace, boolean cascade) throws NonEmptyNamespaceException {
    if (children(namespace).length > 0) {
      if (cascade) {
        throw FreshetException.of(
            UNSUPPORTED,
            "Namespace %s has namespaces below it, which CASCADE does not drop: drop them first",
            text(namespace));
      }
      throw new NonEmptyNamespaceException(namespace);
    }
    client.dropNamespace(text(namespace));
  }

  private boolean exists(String[] namespace) {
    List<String> wanted = Arrays.asList(namespace);
    return all().stream()
        .anyMatch(levels ->
            levels.size() >= wanted.size() && levels.subList(0, wanted.size()).equals(wanted));
  }

  private List<List<String>> all() {
    return client.listNamespaces().stream()
        .map(namespace -> Arrays.asList(namespace.split("\\.")))
        .toList();
  }
}
