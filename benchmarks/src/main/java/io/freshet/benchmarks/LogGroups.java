/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * How many bytes a server's log wrote between syncs, read from the log itself: each entry says up
 * to where its file was synced before the entry was written, so all entries of one group say the
 * same. The layout is that of version 1 of a segment.
 */
final class LogGroups {
  private static final int SEGMENT_HEADER_BYTES = 64;
  private static final int ENTRY_HEADER_BYTES = 96;
  private static final int METADATA_BYTES_AT = 8;
  private static final int BODY_BYTES_AT = 16;
  private static final int DURABLE_POSITION_AT = 64;

  private LogGroups() {}

  /** For each bucket that has a log in the data folder, the bytes of its groups in order. */
  static List<List<Long>> read(Path data) throws IOException {
    List<List<Long>> buckets = new ArrayList<>();
    for (Path table : children(data.resolve("log"))) {
      for (Path bucket : children(table)) {
        List<Long> groups = new ArrayList<>();
        for (Path segment : children(bucket)) {
          if (segment.toString().endsWith(".log")) {
            addGroups(segment, groups);
          }
        }
        buckets.add(groups);
      }
    }
    return buckets;
  }

  private static void addGroups(Path segment, List<Long> groups) throws IOException {
    try (FileChannel file = FileChannel.open(segment, StandardOpenOption.READ)) {
      ByteBuffer header = ByteBuffer.allocate(ENTRY_HEADER_BYTES).order(LITTLE_ENDIAN);
      long size = file.size();
      long durable = 0;
      long groupStart = 0;
      long position = SEGMENT_HEADER_BYTES;
      while (position + ENTRY_HEADER_BYTES <= size) {
        file.read(header.clear(), position);
        if (header.getLong(DURABLE_POSITION_AT) != durable) {
          groups.add(position - groupStart);
          groupStart = position;
          durable = header.getLong(DURABLE_POSITION_AT);
        }
        position +=
            ENTRY_HEADER_BYTES + header.getInt(METADATA_BYTES_AT) + header.getLong(BODY_BYTES_AT);
      }
      groups.add(position - groupStart);
    }
  }

  private static List<Path> children(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> list = Files.list(folder)) {
      return list.sorted().toList();
    }
  }
}
