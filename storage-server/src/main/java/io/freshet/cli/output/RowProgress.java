/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.output;

import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Shows how far a command is with its rows: a bar on a terminal, else a line every few seconds,
 * nothing with {@code --json}.
 */
public final class RowProgress implements AutoCloseable {
  private static final long NANOS_BETWEEN_LINES = 5_000_000_000L;
  private static final int REFRESH_MILLIS = 200;

  private final Console console;
  private final String task;
  private final LongSupplier nanoTime;
  private final long startNanos;
  private final boolean knowsTotal;
  private final @Nullable ProgressBar bar;
  private long lastLineNanos;
  private long rows;

  /**
   * @param task what is done, a few words or a file's name
   * @param totalRows how many rows there will be, if that is known
   * @param nanoTime a clock, {@code System::nanoTime} but for tests
   */
  public RowProgress(Console console, String task, OptionalLong totalRows, LongSupplier nanoTime) {
    this.console = console;
    this.task = task;
    this.nanoTime = nanoTime;
    this.startNanos = nanoTime.getAsLong();
    this.lastLineNanos = startNanos;
    this.knowsTotal = totalRows.isPresent();
    this.bar =
        console.errIsTerminal() && !console.isJson()
            ? new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(totalRows.orElse(-1))
                .setUnit(" rows", 1)
                .showSpeed()
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(REFRESH_MILLIS)
                .setConsumer(new ConsoleProgressBarConsumer(console.err(), console.columns()))
                .clearDisplayOnFinish()
                .build()
            : null;
  }

  /**
   * Says that more rows are done.
   *
   * @param fraction of all the work that is done with them, 0 to 1; 0 where it is unknown
   */
  public void advance(long moreRows, double fraction) {
    rows += moreRows;
    if (bar != null) {
      if (!knowsTotal && fraction > 0) {
        bar.maxHint(Math.max(rows, Math.round(rows / fraction)));
      }
      bar.stepTo(rows);
      return;
    }
    long now = nanoTime.getAsLong();
    if (!console.isJson() && now - lastLineNanos >= NANOS_BETWEEN_LINES) {
      lastLineNanos = now;
      String percent = fraction > 0 ? String.format(Locale.ROOT, " (%.0f %%)", fraction * 100) : "";
      console
          .err()
          .printf(
              Locale.ROOT,
              "%s: %s rows%s, %s%n",
              task,
              Quantities.count(rows),
              percent,
              Quantities.rate(rows, now - startNanos));
    }
  }

  public long rows() {
    return rows;
  }

  public long elapsedNanos() {
    return nanoTime.getAsLong() - startNanos;
  }

  /** Takes the bar away. */
  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
