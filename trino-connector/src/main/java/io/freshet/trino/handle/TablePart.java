/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.handle;

import java.util.Locale;
import java.util.Optional;

/**
 * Which rows of a table: {@code t} is the union, {@code "t$lake"} and {@code "t$fresh"} are its
 * halves, and {@code "t$changes"} has all changes that are in its log.
 */
public enum TablePart {
  UNION,
  LAKE,
  FRESH,
  CHANGES;

  private static final char MARK = '$';

  public boolean hasLakeRows() {
    return this == UNION || this == LAKE;
  }

  public boolean hasFreshRows() {
    return this == UNION || this == FRESH;
  }

  /** The part that a name in a query means; empty if it has another suffix. */
  public static Optional<TablePart> ofName(String name) {
    int mark = name.lastIndexOf(MARK);
    if (mark < 0) {
      return Optional.of(UNION);
    }
    return switch (name.substring(mark + 1).toLowerCase(Locale.ROOT)) {
      case "lake" -> Optional.of(LAKE);
      case "fresh" -> Optional.of(FRESH);
      case "changes" -> Optional.of(CHANGES);
      default -> Optional.empty();
    };
  }

  /** The name of this part of a table in a query. */
  public String nameIn(String table) {
    return this == UNION ? table : table + MARK + name().toLowerCase(Locale.ROOT);
  }

  /** The table's name without the suffix of a part. */
  public static String tableOf(String name) {
    int mark = name.lastIndexOf(MARK);
    return mark < 0 ? name : name.substring(0, mark);
  }
}
