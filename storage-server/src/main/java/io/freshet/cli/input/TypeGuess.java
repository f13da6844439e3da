/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.input;

import io.freshet.error.FreshetException;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/** Narrows down the type of a column from the texts in it. */
final class TypeGuess {
  /** In the order of preference, after which string takes everything. */
  private static final List<Type> CANDIDATES =
      List.of(
          Types.BooleanType.get(),
          Types.LongType.get(),
          Types.DoubleType.get(),
          Types.DateType.get(),
          Types.TimestampType.withoutZone(),
          Types.TimestampType.withZone());

  private final List<Type> candidates;
  private boolean isEmpty = true;

  private TypeGuess(List<Type> candidates) {
    this.candidates = new ArrayList<>(candidates);
  }

  /** For texts that may stand for any type. */
  static TypeGuess ofAnyType() {
    return new TypeGuess(CANDIDATES);
  }

  /** For texts from a format that has booleans and numbers of its own. */
  static TypeGuess ofTimes() {
    return new TypeGuess(CANDIDATES.subList(3, CANDIDATES.size()));
  }

  void addText(String text) {
    isEmpty = false;
    candidates.removeIf(type -> !holds(type, text));
  }

  Type type() {
    return isEmpty || candidates.isEmpty() ? Types.StringType.get() : candidates.get(0);
  }

  private static boolean holds(Type type, String text) {
    boolean isNumber = type.typeId() == Type.TypeID.LONG || type.typeId() == Type.TypeID.DOUBLE;
    if (isNumber && text.matches("[+-]?0[0-9].*|\\+.*")) {
      return false; // A code that would lose its leading zero or sign.
    }
    try {
      TextValues.parse(text, type);
      return true;
    } catch (FreshetException e) {
      return false;
    }
  }
}
