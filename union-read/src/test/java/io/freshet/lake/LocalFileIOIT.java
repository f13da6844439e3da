/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.lake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.BulkDeletionFailureException;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.RangeReadable;
import org.apache.iceberg.io.SeekableInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalFileIOIT {
  @TempDir Path folder;

  private final List<String> synced = new ArrayList<>();
  private LocalFileIO io = new LocalFileIO();

  @BeforeEach
  void recordSyncs() {
    io = new LocalFileIO(new RecordingSync(folder, synced));
  }

  @Test
  void aClosedFileAndAllItsNewFoldersAreSynced() throws IOException {
    PositionOutputStream stream = io.newOutputFile("file:" + folder + "/a/b/f").create();
    stream.write("rows".getBytes(UTF_8));
    assertThat(synced).containsExactly("folder ", "folder a");

    stream.close();
    stream.close();

    assertThat(synced).containsExactly("folder ", "folder a", "file a/b/f of 4", "folder a/b");
    assertThat(Files.readString(folder.resolve("a/b/f"))).isEqualTo("rows");
    assertThat(folder.resolve("a/b")).isDirectoryNotContaining("glob:**.crc");
  }

  @Test
  void aLargeFileIsSyncedInStepsWhileItIsWritten() throws IOException {
    int step = LocalOutputStream.SYNC_STEP_BYTES;
    byte[] bytes = new byte[2 * step + 100];
    new Random(1).nextBytes(bytes);
    PositionOutputStream stream = io.newOutputFile(folder + "/f").create();
    for (int i = 0; i < 10; i++) {
      stream.write(bytes[i]);
    }
    stream.write(bytes, 10, bytes.length - 20);
    assertThat(synced).containsExactly("file f of " + step, "file f of " + 2 * step);
    stream.write(bytes, bytes.length - 10, 10);
    assertThat(stream.getPos()).isEqualTo(bytes.length);

    stream.close();

    assertThat(synced)
        .containsExactly(
            "file f of " + step, "file f of " + 2 * step, "file f of " + bytes.length, "folder ");
    assertThat(Files.readAllBytes(folder.resolve("f"))).isEqualTo(bytes);
  }

  @Test
  void aFailedSyncFailsTheClose() throws IOException {
    LocalFileIO failing = new LocalFileIO(new FailingSync());
    PositionOutputStream stream = failing.newOutputFile(folder + "/f").create();
    stream.write(1);
    assertThatThrownBy(stream::close)
        .isInstanceOf(IOException.class)
        .hasMessage("the disk is gone");
  }

  @Test
  void createRefusesAFileThatExistsAndOverwriteReplacesIt() throws IOException {
    String location = write("f", "long first content");
    OutputFile file = io.newOutputFile(location);
    assertThatThrownBy(file::create)
        .isInstanceOf(AlreadyExistsException.class)
        .hasMessage("File already exists: " + location);
    try (OutputStream stream = file.createOrOverwrite()) {
      stream.write("second".getBytes(UTF_8));
    }
    assertThat(Files.readString(folder.resolve("f"))).isEqualTo("second");
    assertThat(file.toInputFile().getLength()).isEqualTo(6);
  }

  @Test
  void aFolderThatIsAFileIsAnErrorThatNamesTheLocation() throws IOException {
    write("f", "");
    OutputFile below = io.newOutputFile(folder + "/f/g");
    assertThatThrownBy(below::create)
        .isInstanceOf(RuntimeException.class)
        .hasMessageContaining("/f/g");
  }

  @Test
  void positionsCountTheBufferedBytesToo() throws IOException {
    try (PositionOutputStream stream = io.newOutputFile(folder + "/f").create()) {
      stream.write(new byte[100_000], 10, 70_000);
      stream.write(7);
      assertThat(stream.getPos()).isEqualTo(70_001);
    }
    assertThat(Files.size(folder.resolve("f"))).isEqualTo(70_001);
  }

  @Test
  void readsSeekSkipAndEnd() throws IOException {
    String location = write("f", "0123456789");
    try (SeekableInputStream stream = io.newInputFile(location).newStream()) {
      stream.seek(4);
      assertThat(stream.read()).isEqualTo('4');
      assertThat(stream.skip(2)).isEqualTo(2);
      assertThat(stream.getPos()).isEqualTo(7);
      assertThat(stream.available()).isEqualTo(3);
      assertThat(new String(stream.readAllBytes(), UTF_8)).isEqualTo("789");
      assertThat(stream.read()).isEqualTo(-1);
      assertThat(stream.skip(5)).isZero();
      assertThat(stream.read(new byte[4], 0, 0)).isZero();
      assertThatThrownBy(() -> stream.seek(-1)).hasMessageContaining("position -1");
    }
  }

  @Test
  void rangesAreReadWholeOrNotAtAll() throws IOException {
    String location = write("f", "0123456789");
    try (SeekableInputStream stream = io.newInputFile(location).newStream()) {
      RangeReadable ranges = (RangeReadable) stream;
      byte[] buffer = new byte[4];
      ranges.readFully(3, buffer);
      assertThat(new String(buffer, UTF_8)).isEqualTo("3456");
      assertThat(ranges.readTail(buffer)).isEqualTo(4);
      assertThat(new String(buffer, UTF_8)).isEqualTo("6789");
      assertThat(ranges.readTail(new byte[20])).isEqualTo(10);
      assertThat(stream.getPos()).isZero();
      assertThatThrownBy(() -> ranges.readFully(8, buffer))
          .isInstanceOf(EOFException.class)
          .hasMessageContaining("4 bytes at position 8")
          .hasMessageContaining("ends at 10");
    }
  }

  @Test
  void aMissingFileIsNotFound() {
    String location = folder + "/missing";
    assertThat(io.newInputFile(location).exists()).isFalse();
    assertThatThrownBy(() -> io.newInputFile(location).getLength())
        .isInstanceOf(NotFoundException.class)
        .hasMessage("File does not exist: " + location);
    assertThatThrownBy(() -> io.newInputFile(location).newStream())
        .isInstanceOf(NotFoundException.class)
        .hasMessage("File does not exist: " + location);
    assertThat(io.newInputFile(location, 12).getLength()).isEqualTo(12);
  }

  @Test
  void deletingTwiceIsNoError() throws IOException {
    String location = write("f", "x");
    io.deleteFile(location);
    io.deleteFile(location);
    assertThat(folder.resolve("f")).doesNotExist();
  }

  @Test
  void aBulkDeleteGoesOnAfterAFailureAndCountsIt() throws IOException {
    write("folder/f", "x");
    String location = write("g", "x");
    assertThatThrownBy(() -> io.deleteFiles(List.of("file:" + folder + "/folder", location)))
        .isInstanceOfSatisfying(
            BulkDeletionFailureException.class,
            e -> assertThat(e.numberFailedObjects()).isEqualTo(1));
    assertThat(folder.resolve("g")).doesNotExist();
    assertThatThrownBy(() -> io.deleteFile(folder + "/folder"))
        .isInstanceOf(RuntimeIOException.class)
        .hasMessageContaining(folder + "/folder");
  }

  @Test
  void aPrefixIsListedAndDeletedAsAFolder() throws IOException {
    write("t/data/f", "1");
    write("t/g", "22");
    write("t2/h", "333");
    String prefix = "file://" + folder + "/t";

    List<FileInfo> files = new ArrayList<>();
    io.listPrefix(prefix).forEach(files::add);
    assertThat(files).extracting(FileInfo::size).containsExactlyInAnyOrder(1L, 2L);
    assertThat(files)
        .extracting(FileInfo::location)
        .containsExactlyInAnyOrder(prefix + "/data/f", prefix + "/g");

    io.deletePrefix(prefix + "/");
    assertThat(folder.resolve("t")).doesNotExist();
    assertThat(folder.resolve("t2/h")).exists();
    assertThat(io.listPrefix(prefix)).isEmpty();
    io.deletePrefix(prefix);
  }

  private String write(String name, String content) throws IOException {
    String location = folder + "/" + name;
    try (OutputStream stream = io.newOutputFile(location).create()) {
      stream.write(content.getBytes(UTF_8));
    }
    return location;
  }

  /** Notes what was synced, with paths relative to the folder and the size at that moment. */
  @SuppressWarnings("serial")
  private record RecordingSync(Path folder, List<String> synced) implements DiskSync {
    @Override
    public void syncFile(Path file, FileChannel channel) throws IOException {
      synced.add("file " + folder.relativize(file) + " of " + channel.size());
    }

    @Override
    public void syncFolder(Path synced) {
      this.synced.add("folder " + folder.relativize(synced));
    }
  }

  private static final class FailingSync implements DiskSync {
    private static final long serialVersionUID = 1L;

    @Override
    public void syncFile(Path file, FileChannel channel) throws IOException {
      throw new IOException("the disk is gone");
    }

    @Override
    public void syncFolder(Path folder) {}
  }
}
