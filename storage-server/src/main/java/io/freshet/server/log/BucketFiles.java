/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.log;

import static io.freshet.server.log.SegmentFormatV1.SEGMENT_HEADER_BYTES;

import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.freshet.server.log.SegmentFormatV1.SegmentHeader;
import io.freshet.server.log.SegmentRecovery.Recovered;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The segments of one bucket, and the one that is appended to. {@link #segments}, {@link
 * #startOffset} and {@link #remove} may be called by any thread, all else by one at a time.
 */
final class BucketFiles {
  private static final Logger LOG = LoggerFactory.getLogger(BucketFiles.class);
  private static final String UNFINISHED = ".unfinished";

  private final Disk disk;
  private final LocalLogConfiguration configuration;
  private final BucketId bucket;
  private final long epoch;
  private final String folder;
  private final EntryBuffers buffers = new EntryBuffers();

  /** Oldest first, never empty once the log is open. */
  private volatile List<Segment> segments = List.of();

  private WriterHistory writers = new WriterHistory();
  private long endOffset;
  private long timestampMicros;

  /** Null when the next write must begin a segment. */
  private @Nullable ActiveSegment active;

  /** Why nothing can be written until the log is opened again. */
  private @Nullable String unusable;

  private BucketFiles(Disk disk, LocalLogConfiguration configuration, BucketId bucket, long epoch) {
    this.disk = disk;
    this.configuration = configuration;
    this.bucket = bucket;
    this.epoch = epoch;
    this.folder = folder(bucket);
  }

  static String folder(BucketId bucket) {
    return bucket.tableId() + "/" + bucket.bucket();
  }

  /** Recovers what is there, and begins the first segment of this epoch if it has none. */
  static BucketFiles open(
      Disk disk, LocalLogConfiguration configuration, BucketId bucket, long epoch)
      throws IOException {
    BucketFiles files = new BucketFiles(disk, configuration, bucket, epoch);
    files.recover();
    return files;
  }

  List<Segment> segments() {
    return segments;
  }

  long startOffset() {
    return segments.get(0).startOffset();
  }

  /** One after the last durable change. */
  long endOffset() {
    return endOffset;
  }

  /** Commit timestamp of the last durable change; 0 if there is none. */
  long timestampMicros() {
    return timestampMicros;
  }

  WriterHistory writers() {
    return writers;
  }

  /** Why nothing can be written until the log is opened again, or null. */
  @Nullable String unusable() {
    return unusable;
  }

  /** Where an operator finds what is written to. */
  String location() {
    return disk.locate(active == null ? folder : active.segment.path());
  }

  /**
   * Makes the first of {@code entries} durable, as many as go into one segment, and lets readers
   * see them. After any failure the caller calls {@link #undo}.
   *
   * @return how many, at least one
   */
  int write(List<LogEntry> entries) throws IOException {
    if (unusable != null) {
      throw new IOException("an earlier write has failed");
    }
    buffers.clear();
    ActiveSegment target = active;
    if (target == null || !target.takes(entries.get(0))) {
      target = beginSegment();
    }
    int count = 0;
    while (count < entries.size() && (count == 0 || target.takes(entries.get(count)))) {
      LogEntry entry = entries.get(count++);
      long position = target.endPosition + buffers.sizeBytes();
      buffers.addBatch(entry, position, target.durablePosition);
      target.segment.note(entry.startOffset(), position);
    }
    target.append(buffers, configuration.durability());
    for (LogEntry entry : entries.subList(0, count)) {
      writers.add(entry.writer(), entry.startOffset(), entry.endOffset());
      endOffset = entry.endOffset();
      timestampMicros = entry.commitTimestampMicros();
    }
    return count;
  }

  /**
   * Removes what a failed write may have left, so that it is never read back, and goes on in a new
   * segment: pages whose sync has failed can't be trusted, even if a second sync succeeds.
   */
  void undo() {
    buffers.clear();
    ActiveSegment failed = active;
    active = null;
    if (failed == null) {
      return;
    }
    String path = failed.segment.path();
    try {
      failed.file.close();
    } catch (IOException e) {
      LOG.warn("Cannot close {}: {}", disk.locate(path), e.toString());
    }
    try (DiskFile file = disk.open(path)) {
      file.truncate(failed.endPosition);
      file.force();
    } catch (IOException e) {
      unusable =
          String.format(
              "a write has failed, and then cutting %s back to byte %d failed too (%s), so the write"
                  + " may come back: open the log again",
              disk.locate(path), failed.endPosition, e);
    }
  }

  /**
   * Goes on at a later offset, and drops all that is before it. The old segments go first: cut
   * short by a crash, this leaves an empty log, which is skipped again.
   */
  void skipTo(long offset) throws IOException {
    if (active != null) {
      active.file.close();
      active = null;
    }
    for (Segment segment : segments) {
      disk.delete(segment.path());
    }
    disk.forceFolder(folder);
    segments = List.of();
    endOffset = offset;
    beginSegment();
  }

  /** Marks the end of the last segment, unless it can't be, and closes it. */
  void close() throws IOException {
    ActiveSegment last = active;
    active = null;
    if (last == null) {
      return;
    }
    try (DiskFile file = last.file) {
      if (!last.endsWithClose) {
        file.force();
        buffers.clear();
        buffers.addMarker(
            SegmentFormatV1.CLOSE,
            endOffset,
            timestampMicros,
            null,
            last.endPosition,
            last.endPosition);
        file.append(buffers.toArray());
        file.force();
      }
    }
  }

  /** Closes without another write. */
  void abandon() throws IOException {
    if (active != null) {
      active.file.close();
      active = null;
    }
    unusable = "the log was closed";
  }

  /** Takes the oldest {@code count} segments out of sight. */
  synchronized void remove(int count) {
    segments = List.copyOf(segments.subList(count, segments.size()));
  }

  private void recover() throws IOException {
    disk.createFolder(folder);
    List<Segment> found = new ArrayList<>();
    for (String name : disk.list(folder)) {
      String path = folder + "/" + name;
      if (name.endsWith(UNFINISHED)) {
        disk.delete(path);
      } else if (name.matches("\\d{20}\\.log")) {
        found.add(SegmentRecovery.describe(disk, bucket, path, Long.parseLong(name, 0, 20, 10)));
      }
    }
    if (found.isEmpty()) {
      beginSegment();
      return;
    }
    Segment last = found.remove(found.size() - 1);
    if (last.epoch() > epoch) {
      throw FreshetException.of(
          FreshetErrorCode.FENCED,
          "Cannot open the log of bucket %s with epoch %d: an owner with epoch %d has it. Stop this"
              + " server, or restart it to get a newer epoch.",
          bucket,
          epoch,
          last.epoch());
    }
    Recovered recovered = SegmentRecovery.recover(disk, bucket, last);
    writers = recovered.writers();
    endOffset = recovered.endOffset();
    timestampMicros = recovered.timestampMicros();
    Segment segment =
        new Segment(
            disk,
            bucket,
            last.path(),
            last.startOffset(),
            last.epoch(),
            last.timestampMicrosBefore(),
            recovered.index(),
            recovered.endPosition());
    found.add(segment);
    segments = List.copyOf(found);
    if (last.epoch() < epoch) {
      beginSegment();
    } else {
      active = new ActiveSegment(segment, disk.open(last.path()), recovered);
    }
  }

  /**
   * Begins a segment at the end of the log. It gets its name once it is whole and all before it is
   * durable; one without changes that has the name already is replaced.
   */
  private ActiveSegment beginSegment() throws IOException {
    ActiveSegment full = active;
    if (full != null) {
      full.file.force();
      full.file.close();
      active = null;
    }
    String path = folder + "/" + SegmentFormatV1.fileName(endOffset);
    String unfinished = path + UNFINISHED;
    DiskFile file = disk.create(unfinished);
    try {
      long size = writeBeginning(file);
      file.force();
      disk.rename(unfinished, path);
      disk.forceFolder(folder);
      Segment segment =
          new Segment(
              disk, bucket, path, endOffset, epoch, timestampMicros, new SegmentIndex(), size);
      addLast(segment);
      active = new ActiveSegment(segment, file, size);
      return active;
    } catch (IOException | RuntimeException e) {
      try {
        file.close();
        disk.delete(unfinished);
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  private long writeBeginning(DiskFile file) throws IOException {
    ByteBuffer header = ByteBuffer.allocateDirect(SEGMENT_HEADER_BYTES);
    SegmentFormatV1.writeSegmentHeader(header, new SegmentHeader(bucket, endOffset, epoch));
    file.append(new ByteBuffer[] {header.flip()});
    buffers.clear();
    buffers.addMarker(
        SegmentFormatV1.WRITERS,
        endOffset,
        timestampMicros,
        writers.encode(),
        SEGMENT_HEADER_BYTES,
        0);
    file.append(buffers.toArray());
    long size = SEGMENT_HEADER_BYTES + buffers.sizeBytes();
    buffers.clear();
    return size;
  }

  private synchronized void addLast(Segment added) {
    List<Segment> result = new ArrayList<>(segments);
    int last = result.size() - 1;
    if (last >= 0 && result.get(last).startOffset() == added.startOffset()) {
      result.remove(last);
    }
    result.add(added);
    segments = List.copyOf(result);
  }

  /** The segment at the end of the log. */
  private final class ActiveSegment {
    final Segment segment;
    final DiskFile file;

    /** After the last acknowledged entry, which is where the next one goes. */
    long endPosition;

    /** All bytes below are synced. */
    long durablePosition;

    boolean hasBatches;
    boolean endsWithClose;

    ActiveSegment(Segment segment, DiskFile file, long sizeBytes) {
      this.segment = segment;
      this.file = file;
      this.endPosition = sizeBytes;
      this.durablePosition = sizeBytes;
    }

    ActiveSegment(Segment segment, DiskFile file, Recovered recovered) {
      this(segment, file, recovered.endPosition());
      this.hasBatches = recovered.hasBatches();
      this.endsWithClose = recovered.endsWithClose();
    }

    /** Whether an entry goes in after those that are laid out in the buffers. */
    boolean takes(LogEntry entry) {
      long end = endPosition + buffers.sizeBytes() + EntryBuffers.maxSizeBytes(entry.batch());
      boolean isFirst = !hasBatches && buffers.sizeBytes() == 0;
      return isFirst || end <= configuration.segmentSizeBytes();
    }

    void append(EntryBuffers entries, Durability durability) throws IOException {
      file.append(entries.toArray());
      if (durability == Durability.FSYNC) {
        file.force();
        durablePosition = endPosition + entries.sizeBytes();
      }
      endPosition += entries.sizeBytes();
      entries.clear();
      hasBatches = true;
      endsWithClose = false;
      segment.publish(endPosition);
    }
  }
}
