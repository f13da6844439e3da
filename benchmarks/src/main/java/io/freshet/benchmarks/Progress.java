/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks;

import java.io.PrintStream;
import java.util.Locale;

/** Tells the person who waits what goes on. */
public final class Progress {
  private final PrintStream out;
  private final long startNanos = System.nanoTime();

  public Progress(PrintStream out) {
    this.out = out;
  }

  public void say(String text) {
    long seconds = (System.nanoTime() - startNanos) / 1_000_000_000;
    out.printf(Locale.ROOT, "%4ds  %s%n", seconds, text);
    out.flush();
  }

  void measured(String round, String name, double value) {
    say(String.format(Locale.ROOT, "  %-12s %-48s %,15.2f", round, name, value));
  }
}
