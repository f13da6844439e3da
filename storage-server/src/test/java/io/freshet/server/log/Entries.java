/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.log;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/** Makes log entries with rows of (id, text), and turns them into values to compare. */
final class Entries {
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              Field.nullable("id", new ArrowType.Int(64, true)),
              Field.nullable("text", ArrowType.Utf8.INSTANCE)));

  private Entries() {}

  /** An entry as a value. */
  record Plain(
      long startOffset,
      long commitTimestampMicros,
      int schemaId,
      @Nullable WriterSequence writer,
      List<String> rows) {
    long endOffset() {
      return startOffset + rows.size();
    }
  }

  /** Rows whose content follows from their offset; every seventh text is null. */
  static LogEntry entry(
      BufferAllocator allocator,
      long startOffset,
      int rows,
      int textBytes,
      long timestampMicros,
      @Nullable WriterSequence writer) {
    try (VectorSchemaRoot root = VectorSchemaRoot.create(SCHEMA, allocator)) {
      BigIntVector ids = (BigIntVector) root.getVector("id");
      VarCharVector texts = (VarCharVector) root.getVector("text");
      for (int row = 0; row < rows; row++) {
        long offset = startOffset + row;
        ids.setSafe(row, offset * 31);
        if (offset % 7 == 6) {
          texts.setNull(row);
        } else {
          texts.setSafe(row, text(offset, textBytes).getBytes(StandardCharsets.UTF_8));
        }
      }
      root.setRowCount(rows);
      return new LogEntry(
          startOffset, timestampMicros, 3, writer, new VectorUnloader(root).getRecordBatch());
    }
  }

  static LogEntry entry(BufferAllocator allocator, long startOffset, int rows) {
    return entry(allocator, startOffset, rows, 20, 1_000 + startOffset, null);
  }

  static Plain plain(BufferAllocator allocator, LogEntry entry) {
    List<String> rows = new ArrayList<>();
    try (VectorSchemaRoot root = VectorSchemaRoot.create(SCHEMA, allocator)) {
      new VectorLoader(root).load(entry.batch());
      for (int row = 0; row < root.getRowCount(); row++) {
        rows.add(root.getVector("id").getObject(row) + "=" + root.getVector("text").getObject(row));
      }
    }
    return new Plain(
        entry.startOffset(), entry.commitTimestampMicros(), entry.schemaId(), entry.writer(), rows);
  }

  /** All entries of a log from an offset on. */
  static List<Plain> readAll(
      BufferAllocator allocator, BucketLog log, long fromOffset, long maxBytes) {
    List<Plain> all = new ArrayList<>();
    long offset = fromOffset;
    while (offset < log.endOffset()) {
      for (LogEntry entry : log.read(offset, maxBytes)) {
        try (entry) {
          all.add(plain(allocator, entry));
          offset = entry.endOffset();
        }
      }
    }
    return all;
  }

  /** An entry with one column of {@code bodyBytes} bytes, a multiple of 8, for measurements. */
  static LogEntry wide(BufferAllocator allocator, long startOffset, int bodyBytes) {
    try (ArrowBuf values = allocator.buffer(bodyBytes);
        ArrowBuf validity = allocator.buffer(0)) {
      Random random = new Random(startOffset);
      for (int at = 0; at < bodyBytes; at += 8) {
        values.setLong(at, random.nextLong());
      }
      values.writerIndex(bodyBytes);
      int rows = bodyBytes / 8;
      return new LogEntry(
          startOffset,
          startOffset,
          1,
          null,
          new ArrowRecordBatch(
              rows,
              List.of(new org.apache.arrow.vector.ipc.message.ArrowFieldNode(rows, 0)),
              List.of(validity, values)));
    }
  }

  private static String text(long offset, int bytes) {
    String start = "row " + offset + " ";
    return start.length() >= bytes ? start : start + "x".repeat(bytes - start.length());
  }
}
