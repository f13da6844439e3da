/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming.read;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Where a query has started, in its checkpoint. Spark keeps the ends of batches only, so the first
 * batch would start elsewhere when it is run again.
 */
final class StartFile {
  private static final String NAME = "start.json";

  private final Path file;
  private final Configuration configuration;

  StartFile(String checkpointLocation, Configuration configuration) {
    this.file = new Path(checkpointLocation, NAME);
    this.configuration = configuration;
  }

  /** What is there, or else what is found now, which is there from then on. */
  StreamPosition readOrWrite(Supplier<StreamPosition> now) {
    try {
      FileSystem files = file.getFileSystem(configuration);
      if (!files.exists(file)) {
        write(files, now.get());
      }
      try (FSDataInputStream in = files.open(file)) {
        return StreamPosition.fromJson(new String(in.readAllBytes(), UTF_8));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read or write where the stream started: " + file, e);
    }
  }

  private void write(FileSystem files, StreamPosition position) throws IOException {
    Path unfinished = new Path(file.getParent(), "." + NAME + ".tmp");
    try (FSDataOutputStream out = files.create(unfinished, true)) {
      out.write(position.json().getBytes(UTF_8));
      out.hsync();
    }
    if (!files.rename(unfinished, file)) {
      throw new IOException("Cannot rename " + unfinished + " to " + file);
    }
  }
}
