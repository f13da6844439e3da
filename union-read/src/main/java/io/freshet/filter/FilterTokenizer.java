/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.filter;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;

import io.freshet.error.FreshetException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Cuts a filter's text into tokens. */
final class FilterTokenizer {
  private static final Pattern SPACE = Pattern.compile("\\s+");
  private static final Pattern WORD = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_]*");
  private static final Pattern NUMBER =
      Pattern.compile("-?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d+)?");
  private static final Pattern SYMBOL = Pattern.compile("<=|>=|<>|!=|==|[=<>(),.]");

  private final String filter;
  private int position;

  FilterTokenizer(String filter) {
    this.filter = filter;
  }

  /** All tokens; the last one is the END. */
  List<FilterToken> tokens() {
    List<FilterToken> tokens = new ArrayList<>();
    for (skipSpace(); position < filter.length(); skipSpace()) {
      tokens.add(token());
    }
    tokens.add(new FilterToken(FilterToken.Kind.END, "", position));
    return tokens;
  }

  /** An error at a position, with the filter and a mark below it. */
  static FreshetException error(String filter, int position, String what) {
    return FreshetException.of(
        INVALID_REQUEST,
        "Filter can't be read at position %d: %s\n  %s\n  %s^",
        position + 1,
        what,
        filter.replaceAll("\\s", " "),
        " ".repeat(position));
  }

  private void skipSpace() {
    Matcher space = SPACE.matcher(filter).region(position, filter.length());
    if (space.lookingAt()) {
      position = space.end();
    }
  }

  private FilterToken token() {
    char first = filter.charAt(position);
    if (first == '\'') {
      return quoted(FilterToken.Kind.STRING, first);
    }
    if (first == '"') {
      return quoted(FilterToken.Kind.QUOTED_NAME, first);
    }
    FilterToken token = match(FilterToken.Kind.NUMBER, NUMBER);
    if (token == null) {
      token = match(FilterToken.Kind.WORD, WORD);
    }
    if (token == null) {
      token = match(FilterToken.Kind.SYMBOL, SYMBOL);
    }
    if (token == null) {
      throw error(filter, position, "unexpected character " + first);
    }
    return token;
  }

  private @Nullable FilterToken match(FilterToken.Kind kind, Pattern pattern) {
    Matcher matcher = pattern.matcher(filter).region(position, filter.length());
    if (!matcher.lookingAt()) {
      return null;
    }
    FilterToken token = new FilterToken(kind, matcher.group(), position);
    position = matcher.end();
    return token;
  }

  /** Text in quotes; a quote within is written twice. */
  private FilterToken quoted(FilterToken.Kind kind, char quote) {
    int start = position;
    StringBuilder text = new StringBuilder();
    for (int i = start + 1; i < filter.length(); i++) {
      char next = filter.charAt(i);
      if (next != quote) {
        text.append(next);
      } else if (i + 1 < filter.length() && filter.charAt(i + 1) == quote) {
        text.append(quote);
        i++;
      } else {
        position = i + 1;
        return new FilterToken(kind, text.toString(), start);
      }
    }
    throw error(filter, start, "the closing " + quote + " is missing");
  }
}
