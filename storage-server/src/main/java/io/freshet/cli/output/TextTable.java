/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.output;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A table of aligned text. Widths are those of the first {@value #ROWS_FOR_WIDTHS} rows, which are
 * held back until there are more, or the table is finished; on a terminal the widest columns are
 * cut so that a row stays on one line.
 */
public final class TextTable {
  private static final int ROWS_FOR_WIDTHS = 1000;
  private static final int MIN_CUT_WIDTH = 8;
  private static final String SEPARATOR = " | ";
  private static final String CUT = "…";

  /** On which side of a column its cells stand. */
  public enum Align {
    LEFT,
    RIGHT
  }

  /** A column's heading and the side on which its cells stand. */
  public record Column(String name, Align align) {
    public static Column text(String name) {
      return new Column(name, Align.LEFT);
    }

    public static Column number(String name) {
      return new Column(name, Align.RIGHT);
    }
  }

  private final PrintStream out;
  private final List<Column> columns;
  private final int maxWidth;
  private final List<List<String>> held = new ArrayList<>();
  private int[] widths = new int[0];
  private long rows;

  /** A table on the console's standard output. */
  public TextTable(Console console, List<Column> columns) {
    this(console.out(), columns, console.outIsTerminal() ? console.columns() : Integer.MAX_VALUE);
  }

  TextTable(PrintStream out, List<Column> columns, int maxWidth) {
    this.out = out;
    this.columns = List.copyOf(columns);
    this.maxWidth = maxWidth;
  }

  /** Adds a row, with one cell per column. */
  public void add(List<String> cells) {
    List<String> row = new ArrayList<>(cells.size());
    cells.forEach(cell -> row.add(printable(cell)));
    rows++;
    if (widths.length > 0) {
      print(row);
      return;
    }
    held.add(row);
    if (held.size() == ROWS_FOR_WIDTHS) {
      printHeld();
    }
  }

  /** Prints what was held back, and how many rows there are. */
  public void finish() {
    if (widths.length == 0) {
      printHeld();
    }
    out.println(rows == 1 ? "(1 row)" : "(" + Quantities.count(rows) + " rows)");
  }

  private void printHeld() {
    widths = new int[columns.size()];
    List<String> names = columns.stream().map(column -> printable(column.name)).toList();
    for (int i = 0; i < widths.length; i++) {
      widths[i] = DisplayWidth.of(names.get(i));
      for (List<String> row : held) {
        widths[i] = Math.max(widths[i], DisplayWidth.of(row.get(i)));
      }
    }
    cutToFit();
    print(names);
    out.println(
        String.join("-+-", Arrays.stream(widths).mapToObj(width -> "-".repeat(width)).toList()));
    held.forEach(this::print);
    held.clear();
  }

  /** Takes from the widest column until the row fits, or nothing can be taken. */
  private void cutToFit() {
    long total = (long) SEPARATOR.length() * (widths.length - 1) + Arrays.stream(widths).sum();
    while (total > maxWidth) {
      int widest = 0;
      for (int i = 1; i < widths.length; i++) {
        widest = widths[i] > widths[widest] ? i : widest;
      }
      if (widths[widest] <= MIN_CUT_WIDTH) {
        return;
      }
      widths[widest]--;
      total--;
    }
  }

  private void print(List<String> cells) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      line.append(i == 0 ? "" : SEPARATOR);
      String cell = fitted(cells.get(i), widths[i]);
      String padding = " ".repeat(Math.max(0, widths[i] - DisplayWidth.of(cell)));
      if (columns.get(i).align == Align.RIGHT) {
        line.append(padding).append(cell);
      } else {
        line.append(cell).append(padding);
      }
    }
    out.println(line.toString().stripTrailing());
  }

  private String fitted(String cell, int width) {
    if (DisplayWidth.of(cell) <= width || maxWidth == Integer.MAX_VALUE) {
      return cell;
    }
    return DisplayWidth.cut(cell, width - 1) + CUT;
  }

  /**
   * Control characters as escapes, so that a value can neither break a line nor steer a terminal.
   */
  private static String printable(String text) {
    if (text.codePoints().noneMatch(TextTable::isControl)) {
      return text;
    }
    StringBuilder printable = new StringBuilder();
    text.codePoints()
        .forEach(c -> {
          switch (c) {
            case '\n' -> printable.append("\\n");
            case '\r' -> printable.append("\\r");
            case '\t' -> printable.append("\\t");
            default -> {
              if (isControl(c)) {
                printable.append(String.format("\\u%04x", c));
              } else {
                printable.appendCodePoint(c);
              }
            }
          }
        });
    return printable.toString();
  }

  private static boolean isControl(int c) {
    int type = Character.getType(c);
    return type == Character.CONTROL
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR
        || (type == Character.FORMAT && c >= 0x202A && c <= 0x2069);
  }
}
