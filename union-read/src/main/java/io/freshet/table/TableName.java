/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.table;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;

import io.freshet.error.FreshetException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * A table's name: one or more namespace levels and the name itself, written {@code ns.table}. Each
 * part is 1 to 128 letters, digits, underscores or hyphens, so that it can stand in a path, a
 * metric and SQL.
 */
public record TableName(List<String> namespace, String name) implements Comparable<TableName> {
  private static final Pattern PART = Pattern.compile("[A-Za-z0-9_-]{1,128}");

  public TableName {
    namespace = List.copyOf(namespace);
    if (namespace.isEmpty()) {
      throw FreshetException.of(
          INVALID_REQUEST, "Table name '%s' has no namespace: write it as namespace.table", name);
    }
    namespace.forEach(TableName::checkPart);
    checkPart(name);
  }

  /** Reads {@code ns.table}; further dots make nested namespaces. */
  public static TableName parse(String text) {
    List<String> parts = Arrays.asList(text.split("\\.", -1));
    return new TableName(parts.subList(0, parts.size() - 1), parts.get(parts.size() - 1));
  }

  public static TableName of(TableIdentifier identifier) {
    return new TableName(List.of(identifier.namespace().levels()), identifier.name());
  }

  public TableIdentifier identifier() {
    return TableIdentifier.of(Namespace.of(namespace.toArray(String[]::new)), name);
  }

  @Override
  public int compareTo(TableName other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return String.join(".", namespace) + "." + name;
  }

  private static void checkPart(String part) {
    if (!PART.matcher(part).matches()) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "'%s' can't be part of a table name: use 1 to 128 letters, digits, underscores or hyphens",
          part);
    }
  }
}
