/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.output;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;

/**
 * Where a command prints, and how. Results go to {@link #out}; progress, notes and errors go to
 * {@link #err}.
 */
public final class Console {
  /** Set by the launcher: what the two streams are connected to, and the terminal's width. */
  private static final String OUT_PROPERTY = "freshet.terminal.out";

  private static final String ERR_PROPERTY = "freshet.terminal.err";
  private static final String COLUMNS_PROPERTY = "freshet.terminal.columns";
  private static final int DEFAULT_COLUMNS = 120;
  private static final int MIN_COLUMNS = 20;

  /** What a stream is connected to. */
  public enum Stream {
    TERMINAL,
    PIPE
  }

  private final PrintStream out;
  private final PrintStream err;
  private final Stream outStream;
  private final Stream errStream;
  private final int columns;
  private boolean isJson;
  private boolean isVerbose;

  public Console(
      PrintStream out, PrintStream err, Stream outStream, Stream errStream, int columns) {
    this.out = out;
    this.err = err;
    this.outStream = outStream;
    this.errStream = errStream;
    this.columns = Math.max(columns, MIN_COLUMNS);
  }

  /** The console of this process. Its output is buffered: {@link #flush} it at the end. */
  public static Console ofProcess() {
    return new Console(
        new PrintStream(new FileOutputStream(FileDescriptor.out), false, UTF_8),
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, UTF_8),
        stream(OUT_PROPERTY),
        stream(ERR_PROPERTY),
        Integer.getInteger(COLUMNS_PROPERTY, DEFAULT_COLUMNS));
  }

  public PrintStream out() {
    return out;
  }

  public PrintStream err() {
    return err;
  }

  /** Width of the terminal in characters. */
  public int columns() {
    return columns;
  }

  public boolean outIsTerminal() {
    return outStream == Stream.TERMINAL;
  }

  public boolean errIsTerminal() {
    return errStream == Stream.TERMINAL;
  }

  /** Whether results and errors are printed as JSON. */
  public boolean isJson() {
    return isJson;
  }

  /** Whether errors come with their stack traces. */
  public boolean isVerbose() {
    return isVerbose;
  }

  public void useJson() {
    isJson = true;
  }

  public void beVerbose() {
    isVerbose = true;
  }

  public void flush() {
    out.flush();
    err.flush();
  }

  private static Stream stream(String property) {
    return Boolean.getBoolean(property) ? Stream.TERMINAL : Stream.PIPE;
  }
}
