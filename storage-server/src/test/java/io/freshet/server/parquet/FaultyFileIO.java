/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.inmemory.InMemoryFileIO;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;

/** A storage that fails after a number of bytes in the file with a given number, counted from 0. */
final class FaultyFileIO implements FileIO {
  private final InMemoryFileIO files = new InMemoryFileIO();
  private final int badFile;
  private final long goodBytes;
  private final List<String> created = new ArrayList<>();
  private int openStreams;

  FaultyFileIO(int badFile, long goodBytes) {
    this.badFile = badFile;
    this.goodBytes = goodBytes;
  }

  List<String> created() {
    return created;
  }

  boolean exists(String path) {
    return files.fileExists(path);
  }

  int openStreams() {
    return openStreams;
  }

  @Override
  public InputFile newInputFile(String path) {
    return files.newInputFile(path);
  }

  @Override
  public void deleteFile(String path) {
    files.deleteFile(path);
  }

  @Override
  public OutputFile newOutputFile(String path) {
    OutputFile file = files.newOutputFile(path);
    return new OutputFile() {
      @Override
      public PositionOutputStream create() {
        PositionOutputStream stream = file.create();
        openStreams++;
        created.add(path);
        return new FailingStream(stream, created.size() - 1 == badFile ? goodBytes : 1L << 60);
      }

      @Override
      public PositionOutputStream createOrOverwrite() {
        throw new UnsupportedOperationException();
      }

      @Override
      public String location() {
        return path;
      }

      @Override
      public InputFile toInputFile() {
        return file.toInputFile();
      }
    };
  }

  private final class FailingStream extends PositionOutputStream {
    private final PositionOutputStream stream;
    private long left;

    FailingStream(PositionOutputStream stream, long left) {
      this.stream = stream;
      this.left = left;
    }

    @Override
    public long getPos() throws IOException {
      return stream.getPos();
    }

    @Override
    public void write(int oneByte) throws IOException {
      write(new byte[] {(byte) oneByte}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      left -= length;
      if (left < 0) {
        // As the clients of object stores do: not an IOException.
        throw new IllegalStateException("no space left");
      }
      stream.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      openStreams--;
      stream.close();
    }
  }
}
