/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.filter;

/**
 * A piece of a filter's text.
 *
 * @param text without quotes; words as they were written
 * @param position the index of its first character in the filter
 */
record FilterToken(Kind kind, String text, int position) {
  enum Kind {
    WORD,
    QUOTED_NAME,
    NUMBER,
    STRING,
    SYMBOL,
    END
  }

  boolean isWord(String word) {
    return kind == Kind.WORD && text.equalsIgnoreCase(word);
  }

  boolean isSymbol(String symbol) {
    return kind == Kind.SYMBOL && text.equals(symbol);
  }

  @Override
  public String toString() {
    return switch (kind) {
      case STRING -> "'" + text + "'";
      case QUOTED_NAME -> "\"" + text + "\"";
      case END -> "the end";
      default -> text;
    };
  }
}
