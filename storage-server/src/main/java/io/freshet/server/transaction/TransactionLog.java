/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.transaction;

import static io.freshet.error.FreshetErrorCode.LOG_WRITE_FAILED;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.error.FreshetException;
import io.freshet.protocol.Json;
import io.freshet.server.log.Disk;
import io.freshet.server.log.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The transaction record of one table: a file of lines, each the CRC-32C of a {@link
 * TransactionRecord}'s JSON as 8 hexadecimal digits, a space, and the JSON. The last line of a
 * transaction counts. A crash may tear the last line of all, which then was not acknowledged.
 *
 * <p>All methods block. Safe for use by many threads.
 */
public final class TransactionLog {
  /** How many transactions that have ended are remembered. */
  static final int MAX_ENDED = 10_000;

  private static final String FILE = "record";
  private static final int CHECKSUM_DIGITS = 8;

  private final Disk disk;
  private final String folder;
  private final String path;
  private final Map<String, TransactionRecord> records = new LinkedHashMap<>();
  private long validBytes;
  private int lines;

  private TransactionLog(Disk disk, String folder) {
    this.disk = disk;
    this.folder = folder;
    this.path = folder + "/" + FILE;
  }

  /** Opens the record in a folder of the table's own, making an empty one if there is none. */
  public static TransactionLog open(Disk disk, String folder) {
    TransactionLog log = new TransactionLog(disk, folder);
    try {
      disk.createFolder(folder);
      if (disk.list(folder).contains(FILE)) {
        log.read();
      } else {
        disk.create(log.path).close();
        disk.forceFolder(folder);
      }
      return log;
    } catch (IOException e) {
      throw log.failed(e);
    }
  }

  /** Deletes the record of a table. */
  void delete() {
    try {
      disk.delete(path);
      disk.delete(folder);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** All transactions that are known, in the order in which they changed last. */
  synchronized List<TransactionRecord> records() {
    return List.copyOf(records.values());
  }

  synchronized @Nullable TransactionRecord find(String id) {
    return records.get(id);
  }

  /** Makes a transaction's new state durable. */
  synchronized void put(TransactionRecord record) {
    try {
      if (lines > 2 * MAX_ENDED + records.size()) {
        rewrite();
      }
      byte[] line = line(record);
      try (DiskFile file = disk.open(path)) {
        if (file.sizeBytes() != validBytes) {
          file.truncate(validBytes); // What a failed write has left.
        }
        file.append(new ByteBuffer[] {ByteBuffer.wrap(line)});
        file.force();
      }
      validBytes += line.length;
      lines++;
      remember(record);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void remember(TransactionRecord record) {
    records.remove(record.id());
    records.put(record.id(), record);
    if (records.size() > MAX_ENDED) {
      records.values().stream()
          .filter(known ->
              known.state() == TransactionRecord.State.COMMITTED
                  || known.state() == TransactionRecord.State.ABORTED)
          .findFirst()
          .ifPresent(oldest -> records.remove(oldest.id()));
    }
  }

  private void rewrite() throws IOException {
    String next = path + ".next";
    long bytes = 0;
    try (DiskFile file = disk.create(next)) {
      List<ByteBuffer> all = new ArrayList<>();
      for (TransactionRecord record : records.values()) {
        all.add(ByteBuffer.wrap(line(record)));
      }
      file.append(all.toArray(ByteBuffer[]::new));
      file.force();
      bytes = file.sizeBytes();
    }
    disk.rename(next, path);
    disk.forceFolder(folder);
    validBytes = bytes;
    lines = records.size();
  }

  private void read() throws IOException {
    ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(disk.sizeBytes(path)));
    disk.read(path, 0, content);
    String text = new String(content.array(), UTF_8);
    int from = 0;
    int end = text.indexOf('\n');
    while (end >= 0) {
      TransactionRecord record = parse(text.substring(from, end));
      if (record == null) {
        break;
      }
      remember(record);
      lines++;
      from = end + 1;
      end = text.indexOf('\n', from);
    }
    validBytes = text.substring(0, from).getBytes(UTF_8).length;
    try (DiskFile file = disk.open(path)) {
      if (validBytes < content.capacity()) {
        file.truncate(validBytes);
      }
      // What a failed sync has left is only in memory, and a later sync would pass it over.
      file.rewrite(0, content.slice(0, (int) validBytes));
      file.force();
    }
  }

  private static @Nullable TransactionRecord parse(String line) {
    if (line.length() <= CHECKSUM_DIGITS) {
      return null;
    }
    byte[] json = line.substring(CHECKSUM_DIGITS + 1).getBytes(UTF_8);
    return checksum(json).equals(line.substring(0, CHECKSUM_DIGITS))
        ? Json.read(json, TransactionRecord.class, "A transaction record")
        : null;
  }

  private static byte[] line(TransactionRecord record) {
    String json = Json.writeText(record);
    return (checksum(json.getBytes(UTF_8)) + " " + json + "\n").getBytes(UTF_8);
  }

  private static String checksum(byte[] json) {
    CRC32C checksum = new CRC32C();
    checksum.update(json);
    return String.format("%08x", checksum.getValue());
  }

  private FreshetException failed(IOException cause) {
    return new FreshetException(
        LOG_WRITE_FAILED,
        String.format(
            "Cannot use the transaction record %s: %s. Free some space or check the disk, then try again.",
            disk.locate(path), cause.getMessage()),
        cause);
  }
}
