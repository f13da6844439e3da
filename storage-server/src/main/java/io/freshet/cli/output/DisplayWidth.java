/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.output;

/** How many cells of a terminal a text takes: East Asian characters and emoji take two. */
final class DisplayWidth {
  private DisplayWidth() {}

  static int of(String text) {
    int width = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      width += of(c);
      i += Character.charCount(c);
    }
    return width;
  }

  /** The longest start of the text that takes no more than {@code maxWidth} cells. */
  static String cut(String text, int maxWidth) {
    int width = 0;
    int end = 0;
    while (end < text.length()) {
      int c = text.codePointAt(end);
      width += of(c);
      if (width > maxWidth) {
        break;
      }
      end += Character.charCount(c);
    }
    return text.substring(0, end);
  }

  private static int of(int c) {
    int type = Character.getType(c);
    if (type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.FORMAT) {
      return 0;
    }
    boolean isWide =
        (c >= 0x1100 && c <= 0x115F) // Hangul
            || (c >= 0x2E80 && c <= 0xA4CF) // CJK, kana, Yi
            || (c >= 0xAC00 && c <= 0xD7A3) // Hangul syllables
            || (c >= 0xF900 && c <= 0xFAFF) // CJK compatibility
            || (c >= 0xFE30 && c <= 0xFE6F) // CJK forms
            || (c >= 0xFF00 && c <= 0xFF60) // full-width forms
            || (c >= 0xFFE0 && c <= 0xFFE6)
            || (c >= 0x1F300 && c <= 0x1FAFF) // emoji
            || (c >= 0x20000 && c <= 0x3FFFD); // CJK extensions
    return isWide ? 2 : 1;
  }
}
