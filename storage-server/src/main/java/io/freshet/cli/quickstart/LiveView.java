/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.quickstart;

import io.freshet.cli.output.Console;
import io.freshet.cli.output.Quantities;
import java.time.Duration;
import java.util.Locale;

/**
 * The table's state while flights arrive: a line per second; on a terminal the last one is redrawn
 * more often.
 */
final class LiveView {
  private static final String FORMAT = "%5s | %12s | %10s | %10s | %9s | %11s | %10s%s";
  private static final String CLEAR_LINE = "\r\u001B[K";

  private final Console console;
  private boolean hasUnfinishedLine;

  /** What a line shows. */
  record State(
      Duration elapsed, UnionCount union, long rowsPerSecond, long readableNanos, String note) {}

  LiveView(Console console) {
    this.console = console;
  }

  /** How long to wait between two states. */
  Duration interval() {
    return isRedrawn() ? Duration.ofMillis(250) : Duration.ofSeconds(1);
  }

  void start() {
    print(
        String.format(
            FORMAT,
            "time",
            "in the lake",
            "fresh rows",
            "union read",
            "rows/s",
            "readable in",
            "read took",
            ""));
    print(
        String.format(FORMAT, "", "", "", "", "", "", "", "").replace(' ', '-').replace('|', '+'));
  }

  void show(State state) {
    UnionCount union = state.union();
    String line =
        String.format(
            FORMAT,
            state.elapsed().toSeconds() + " s",
            Quantities.count(union.lakeRows()),
            Quantities.count(union.freshRows()),
            Quantities.count(union.rows()),
            Quantities.count(state.rowsPerSecond()),
            millis(state.readableNanos()),
            millis(union.nanos()),
            state.note());
    if (isRedrawn()) {
      console.out().print(CLEAR_LINE + line);
      console.out().flush();
      hasUnfinishedLine = true;
    } else {
      print(line);
    }
  }

  /** Keeps the line that was shown last, and goes on below it. */
  void keepLine() {
    if (hasUnfinishedLine) {
      console.out().println();
      hasUnfinishedLine = false;
    }
  }

  static String millis(long nanos) {
    return String.format(Locale.ROOT, "%.1f ms", nanos / 1e6);
  }

  private boolean isRedrawn() {
    return console.outIsTerminal() && !console.isJson();
  }

  private void print(String line) {
    if (!console.isJson()) {
      console.out().println(line);
      console.out().flush();
    }
  }
}
