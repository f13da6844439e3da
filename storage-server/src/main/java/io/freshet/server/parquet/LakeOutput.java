/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import java.io.Closeable;
import java.io.IOException;
import java.util.function.Consumer;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.parquet.io.DelegatingPositionOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A file of the lake for Parquet's writer. All failures of the storage leave as IOException,
 * whatever its client throws, so that they can be told from our own.
 */
final class LakeOutput implements org.apache.parquet.io.OutputFile, Closeable {
  private final OutputFile file;
  private final Consumer<String> onCreated;
  private @Nullable Stream opened;

  /**
   * @param onCreated gets the location when the file is ours: not if it existed already
   */
  LakeOutput(OutputFile file, Consumer<String> onCreated) {
    this.file = file;
    this.onCreated = onCreated;
  }

  @Override
  public org.apache.parquet.io.PositionOutputStream create(long blockSizeHint) throws IOException {
    try {
      Stream stream = new Stream(file.create());
      opened = stream;
      onCreated.accept(file.location());
      return stream;
    } catch (RuntimeException e) {
      throw new IOException(e);
    }
  }

  @Override
  public org.apache.parquet.io.PositionOutputStream createOrOverwrite(long blockSizeHint)
      throws IOException {
    throw new IOException("A data file is never overwritten: " + file.location());
  }

  @Override
  public boolean supportsBlockSize() {
    return false;
  }

  @Override
  public long defaultBlockSize() {
    return 0;
  }

  @Override
  public String getPath() {
    return file.location();
  }

  /** Closes the file if it is still open. */
  @Override
  public void close() throws IOException {
    if (opened != null) {
      opened.close();
    }
  }

  private static final class Stream extends DelegatingPositionOutputStream {
    private final PositionOutputStream stream;
    private boolean isClosed;

    Stream(PositionOutputStream stream) {
      super(stream);
      this.stream = stream;
    }

    @Override
    public long getPos() throws IOException {
      return stream.getPos();
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        stream.write(bytes, offset, length);
      } catch (RuntimeException e) {
        throw new IOException(e);
      }
    }

    @Override
    public void write(byte[] bytes) throws IOException {
      write(bytes, 0, bytes.length);
    }

    @Override
    public void write(int oneByte) throws IOException {
      try {
        stream.write(oneByte);
      } catch (RuntimeException e) {
        throw new IOException(e);
      }
    }

    @Override
    public void flush() throws IOException {
      try {
        stream.flush();
      } catch (RuntimeException e) {
        throw new IOException(e);
      }
    }

    @Override
    public void close() throws IOException {
      if (isClosed) {
        return;
      }
      isClosed = true;
      try {
        stream.close();
      } catch (RuntimeException e) {
        throw new IOException(e);
      }
    }
  }
}
