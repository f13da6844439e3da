/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.input;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;

import io.freshet.error.FreshetException;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Where input comes from: a file, or the standard input. */
final class InputSource {
  private static final String STANDARD_INPUT = "-";
  private static final int BUFFER_BYTES = 1 << 16;
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private final @Nullable Path path;
  private final String name;

  private InputSource(@Nullable Path path, String name) {
    this.path = path;
    this.name = name;
  }

  static InputSource of(String text) {
    if (text.equals(STANDARD_INPUT)) {
      return new InputSource(null, "standard input");
    }
    Path path;
    try {
      path = Path.of(text);
    } catch (InvalidPathException e) {
      throw new FreshetException(
          INVALID_REQUEST, "'" + text + "' is no file name: " + e.getReason(), e);
    }
    if (!Files.isRegularFile(path) && !Files.isReadable(path)) {
      throw FreshetException.of(INVALID_REQUEST, "There is no file %s", path);
    }
    if (Files.isDirectory(path)) {
      throw FreshetException.of(
          INVALID_REQUEST, "%s is a folder: name the files in it, for example %s/*", path, path);
    }
    if (!Files.isReadable(path)) {
      throw FreshetException.of(INVALID_REQUEST, "No permission to read %s", path);
    }
    return new InputSource(path, String.valueOf(path.getFileName()));
  }

  String name() {
    return name;
  }

  boolean isTabSeparated() {
    return name.toLowerCase(Locale.ROOT).replaceFirst("\\.gz$", "").endsWith(".tsv");
  }

  Path path() {
    if (path == null) {
      throw FreshetException.of(
          INVALID_REQUEST, "Parquet can't be read from the standard input: name a file");
    }
    return path;
  }

  /** Size in bytes; 0 where it is unknown. */
  long sizeBytes() {
    try {
      return path == null ? 0 : Files.size(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  TextInput openText() {
    CountedStream bytes = null;
    try {
      bytes =
          new CountedStream(
              path == null
                  ? new NeverClosedStream(System.in)
                  : new BufferedInputStream(Files.newInputStream(path), BUFFER_BYTES));
      InputStream plain =
          name.toLowerCase(Locale.ROOT).endsWith(".gz")
              ? new GZIPInputStream(bytes, BUFFER_BYTES)
              : bytes;
      // A decoder, not a charset: a charset would replace bytes that are not UTF-8 in silence.
      Reader reader = new InputStreamReader(plain, StandardCharsets.UTF_8.newDecoder());
      return new TextInput(withoutByteOrderMark(reader), bytes);
    } catch (IOException e) {
      if (bytes != null) {
        closeQuietly(bytes, e);
      }
      throw new FreshetException(INVALID_REQUEST, "Can't read " + name + ": " + e.getMessage(), e);
    }
  }

  private static Reader withoutByteOrderMark(Reader reader) throws IOException {
    PushbackReader pushback = new PushbackReader(reader, 1);
    int first = pushback.read();
    if (first >= 0 && first != BYTE_ORDER_MARK) {
      pushback.unread(first);
    }
    return pushback;
  }

  private static void closeQuietly(InputStream stream, IOException failure) {
    try {
      stream.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * Text that is being read.
   *
   * @param bytes counts the bytes that were read from the source
   */
  record TextInput(Reader reader, CountedStream bytes) implements AutoCloseable {
    @Override
    public void close() {
      try {
        reader.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  static final class CountedStream extends FilterInputStream {
    private long count;

    CountedStream(InputStream in) {
      super(in);
    }

    long count() {
      return count;
    }

    @Override
    public int read() throws IOException {
      int b = super.read();
      count += b < 0 ? 0 : 1;
      return b;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = super.read(buffer, offset, length);
      count += Math.max(read, 0);
      return read;
    }
  }

  private static final class NeverClosedStream extends FilterInputStream {
    NeverClosedStream(InputStream in) {
      super(in);
    }

    @Override
    public void close() {}
  }
}
