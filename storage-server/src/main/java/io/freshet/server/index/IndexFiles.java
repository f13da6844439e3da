/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

import io.freshet.server.index.KeyIndexConfiguration.Verification;
import io.freshet.server.index.ManifestFormatV1.Manifest;
import io.freshet.server.index.ManifestFormatV1.RunEntry;
import io.freshet.server.index.RunFormatV1.Header;
import io.freshet.server.log.BucketId;
import io.freshet.server.log.Disk;
import io.freshet.server.log.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.HashSet;
import java.util.Set;

/**
 * The files of one index, all in one folder. Its methods block, and may be called by any thread.
 */
final class IndexFiles {
  private static final String UNFINISHED = ".unfinished";

  private final Disk disk;
  private final String folder;
  private final BucketId bucket;
  private final KeyForm form;
  private final long fingerprint;

  IndexFiles(Disk disk, String folder, BucketId bucket, KeyForm form, long fingerprint) {
    this.disk = disk;
    this.folder = folder;
    this.bucket = bucket;
    this.form = form;
    this.fingerprint = fingerprint;
  }

  /** How an operator finds the folder. */
  String location() {
    return disk.locate(folder);
  }

  /** Makes the folder if it is not there, and deletes what is in it: the manifest first. */
  void clear() throws IOException {
    disk.createFolder(folder);
    disk.delete(path(ManifestFormatV1.FILE_NAME));
    disk.forceFolder(folder);
    for (String name : disk.list(folder)) {
      disk.delete(path(name));
    }
    disk.forceFolder(folder);
  }

  Manifest readManifest() throws IOException {
    String path = path(ManifestFormatV1.FILE_NAME);
    try {
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(disk.sizeBytes(path)));
      disk.read(path, 0, bytes);
      return ManifestFormatV1.read(bytes.flip(), bucket, form, fingerprint, disk.locate(path));
    } catch (NoSuchFileException e) {
      throw new MalformedIndexException(disk.locate(path), "it is missing: there is no checkpoint");
    }
  }

  /** Opens a run that a manifest names. */
  Run open(RunEntry entry, Verification verification) throws IOException {
    String path = path(RunFormatV1.fileName(entry.fileNumber()));
    try {
      Run run = Run.open(disk, path, header(entry.fileNumber()));
      if (run.sizeBytes() != entry.sizeBytes()
          || run.trailerChecksum() != entry.trailerChecksum()) {
        throw new MalformedIndexException(
            disk.locate(path), "it is not the run that the manifest names");
      }
      if (verification == Verification.EVERYTHING) {
        run.verify();
      }
      return run;
    } catch (NoSuchFileException e) {
      throw new MalformedIndexException(
          disk.locate(path), "it is missing, though the manifest names it");
    }
  }

  /** Deletes what a manifest does not name. */
  void deleteUnnamed(Manifest manifest) throws IOException {
    Set<String> named = new HashSet<>();
    named.add(ManifestFormatV1.FILE_NAME);
    manifest.runs().forEach(run -> named.add(RunFormatV1.fileName(run.fileNumber())));
    for (String name : disk.list(folder)) {
      if (!named.contains(name)) {
        disk.delete(path(name));
      }
    }
    disk.forceFolder(folder);
  }

  /** Writes a run; its content is durable, and its name will be with the next manifest. */
  Run write(long fileNumber, RunMerge merge, long maxEntries) throws IOException {
    String path = path(RunFormatV1.fileName(fileNumber));
    try {
      try (DiskFile file = disk.create(path)) {
        RunWriter writer = new RunWriter(file, header(fileNumber), maxEntries);
        merge.writeTo(writer);
        writer.finish();
      }
      return Run.open(disk, path, header(fileNumber));
    } catch (IOException | RuntimeException e) {
      try {
        disk.delete(path);
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  /** Replaces the manifest, durably, after the names of the runs are durable. */
  void writeManifest(Manifest manifest) throws IOException {
    String path = path(ManifestFormatV1.FILE_NAME);
    ByteBuffer bytes = ManifestFormatV1.write(bucket, form, fingerprint, manifest);
    try (DiskFile file = disk.create(path + UNFINISHED)) {
      file.append(new ByteBuffer[] {bytes});
      file.force();
    }
    disk.forceFolder(folder);
    disk.rename(path + UNFINISHED, path);
    disk.forceFolder(folder);
  }

  void delete(long fileNumber) throws IOException {
    disk.delete(path(RunFormatV1.fileName(fileNumber)));
  }

  private Header header(long fileNumber) {
    return new Header(bucket, form, fingerprint, fileNumber);
  }

  private String path(String name) {
    return folder + "/" + name;
  }
}
