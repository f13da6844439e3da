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
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads one text of this package's grammars, token by token. Names are bare ({@code origin}) or in
 * double quotes or backticks ({@code "a ""b"" c"}); keywords are bare and in any case; white space
 * separates. Positions in errors count from 1.
 */
final class TextCursor {
  private static final Pattern BARE_NAME =
      Pattern.compile("(?:(?:^|\\.)(?![0-9]+(?:\\.|$))[\\p{L}\\p{Nd}_]+)+");
  private static final int MAX_SHOWN_CHARS = 200;

  private enum Kind {
    NAME,
    QUOTED_NAME,
    NUMBER,
    STRING,
    SYMBOL,
    END
  }

  private record Token(Kind kind, String value, int start, int end) {}

  private final String subject;
  private final String text;
  private final String grammar;
  private Token token;

  /**
   * @param subject what the text is, as an error says it: "columns", "partitioning"
   * @param grammar what is allowed, a sentence that ends every error
   */
  TextCursor(String subject, String text, String grammar) {
    this.subject = subject;
    this.text = text;
    this.grammar = grammar;
    this.token = read(0);
  }

  /** A name as this class reads it: bare where that is possible, else in double quotes. */
  static String quoted(String name) {
    return BARE_NAME.matcher(name).matches() ? name : '"' + name.replace("\"", "\"\"") + '"';
  }

  /** The same for a single name, in which a dot is a part of the name. */
  static String quotedPart(String name) {
    return name.indexOf('.') < 0 ? quoted(name) : '"' + name.replace("\"", "\"\"") + '"';
  }

  static String quotedString(String value) {
    return '\'' + value.replace("'", "''") + '\'';
  }

  /** Offset of the next token in the text, from 0. */
  int offset() {
    return token.start;
  }

  boolean isAtEnd() {
    return token.kind == Kind.END;
  }

  boolean isAtNumber() {
    return token.kind == Kind.NUMBER;
  }

  boolean accept(char symbol) {
    if (token.kind != Kind.SYMBOL || token.value.charAt(0) != symbol) {
      return false;
    }
    next();
    return true;
  }

  void expect(char symbol) {
    if (!accept(symbol)) {
      throw expected("'" + symbol + "'");
    }
  }

  boolean acceptWord(String word) {
    if (token.kind != Kind.NAME || !token.value.equalsIgnoreCase(word)) {
      return false;
    }
    next();
    return true;
  }

  void expectWord(String word) {
    if (!acceptWord(word)) {
      throw expected("'" + word + "'");
    }
  }

  /** Takes all of the words and the symbol, or nothing. */
  boolean acceptPhrase(String first, String second, char symbol) {
    Token start = token;
    if (acceptWord(first) && acceptWord(second) && accept(symbol)) {
      return true;
    }
    token = start;
    return false;
  }

  /** Takes a bare word that is followed by an opening bracket, and the bracket. */
  Optional<String> acceptCall() {
    Token word = token;
    if (word.kind == Kind.NAME) {
      next();
      if (accept('(')) {
        return Optional.of(word.value.toLowerCase(Locale.ROOT));
      }
      token = word;
    }
    return Optional.empty();
  }

  /** One name. */
  String name(String role) {
    if (token.kind != Kind.NAME && token.kind != Kind.QUOTED_NAME) {
      throw expected(role);
    }
    String name = token.value;
    if (name.isEmpty()) {
      throw error(token.start, "a name can't be empty");
    }
    next();
    return name;
  }

  /** Names with dots between them, as Iceberg writes the path to a nested field. */
  String path(String role) {
    StringBuilder path = new StringBuilder(name(role));
    while (accept('.')) {
      path.append('.').append(name(role));
    }
    return path.toString();
  }

  /** A bare word in lower case. */
  String word(String role) {
    if (token.kind != Kind.NAME) {
      throw expected(role);
    }
    String word = token.value.toLowerCase(Locale.ROOT);
    next();
    return word;
  }

  int number(String role, int min, int max) {
    if (token.kind != Kind.NUMBER) {
      throw expected(role);
    }
    Token number = token;
    if (number.value.length() > 10
        || Long.parseLong(number.value) < min
        || Long.parseLong(number.value) > max) {
      throw error(number.start, role + " is " + min + " to " + max + ", not " + number.value);
    }
    next();
    return Integer.parseInt(number.value);
  }

  /** A text in single quotes. */
  String string(String role) {
    if (token.kind != Kind.STRING) {
      throw expected(role);
    }
    String value = token.value;
    next();
    return value;
  }

  void expectEnd(String allowed) {
    if (!isAtEnd()) {
      throw expected(allowed);
    }
  }

  FreshetException expected(String allowed) {
    String found =
        token.kind == Kind.END
            ? "the text ends"
            : "found '" + shown(text.substring(token.start, token.end)) + "'";
    return error(token.start, "expected " + allowed + ", but " + found);
  }

  FreshetException error(int offset, String problem) {
    return FreshetException.of(
        INVALID_REQUEST,
        "Can't read %s '%s' at position %d: %s. %s",
        subject,
        shown(text),
        offset + 1,
        problem,
        grammar);
  }

  private static String shown(String part) {
    return part.length() <= MAX_SHOWN_CHARS ? part : part.substring(0, MAX_SHOWN_CHARS) + "…";
  }

  private void next() {
    token = read(token.end);
  }

  private Token read(int from) {
    int start = from;
    while (start < text.length() && Character.isWhitespace(text.charAt(start))) {
      start++;
    }
    if (start == text.length()) {
      return new Token(Kind.END, "", start, start);
    }
    char first = text.charAt(start);
    if (first == '"' || first == '`') {
      return quotedToken(Kind.QUOTED_NAME, start);
    }
    if (first == '\'') {
      return quotedToken(Kind.STRING, start);
    }
    int end = start;
    boolean isNumber = true;
    while (end < text.length() && isNameCharacter(text.codePointAt(end))) {
      isNumber &= text.charAt(end) >= '0' && text.charAt(end) <= '9';
      end += Character.charCount(text.codePointAt(end));
    }
    if (end == start) {
      end += Character.charCount(text.codePointAt(start));
      return new Token(Kind.SYMBOL, text.substring(start, end), start, end);
    }
    return new Token(isNumber ? Kind.NUMBER : Kind.NAME, text.substring(start, end), start, end);
  }

  private Token quotedToken(Kind kind, int start) {
    char quote = text.charAt(start);
    StringBuilder value = new StringBuilder();
    for (int i = start + 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != quote) {
        value.append(c);
      } else if (i + 1 < text.length() && text.charAt(i + 1) == quote) {
        value.append(c);
        i++;
      } else {
        return new Token(kind, value.toString(), start, i + 1);
      }
    }
    throw error(start, "the " + quote + " that opens here is never closed");
  }

  private static boolean isNameCharacter(int c) {
    return Character.isLetter(c) || Character.isDigit(c) || c == '_';
  }
}
