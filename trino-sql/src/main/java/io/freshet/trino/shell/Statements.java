/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.shell;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Divides text into statements. */
final class Statements {
  /** A string, a quoted name, a comment, or any one character. Quotes are doubled within quotes. */
  private static final Pattern TOKEN =
      Pattern.compile("'[^']*'|\"[^\"]*\"|--[^\\n]*|/\\*.*?\\*/|.", Pattern.DOTALL);

  private Statements() {}

  /** The statements between semicolons that are in no string, quoted name or comment. */
  static List<String> of(String text) {
    Stream.Builder<String> statements = Stream.builder();
    StringBuilder statement = new StringBuilder();
    Matcher tokens = TOKEN.matcher(text);
    while (tokens.find()) {
      if (tokens.group().equals(";")) {
        statements.add(statement.toString());
        statement.setLength(0);
      } else {
        statement.append(tokens.group());
      }
    }
    statements.add(statement.toString());
    return statements.build().map(String::strip).filter(each -> !each.isEmpty()).toList();
  }
}
