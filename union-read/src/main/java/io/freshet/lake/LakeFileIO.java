/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.lake;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.io.BulkDeletionFailureException;
import org.apache.iceberg.io.DelegateFileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.ResolvingFileIO;
import org.apache.iceberg.io.StorageCredential;
import org.apache.iceberg.io.SupportsStorageCredentials;
import org.jspecify.annotations.Nullable;

/**
 * The lake's files wherever they are: local ones through {@link LocalFileIO}, so that they are
 * durable when written, all others through Iceberg's {@link ResolvingFileIO}, which finds the
 * implementation by scheme (s3, gs, abfs, hdfs, …) and hands it the properties.
 *
 * <p>Iceberg loads it through the catalog property {@code io-impl}.
 */
public final class LakeFileIO implements DelegateFileIO, SupportsStorageCredentials {
  private static final long serialVersionUID = 1L;

  private final LocalFileIO local;
  private List<StorageCredential> credentials = new ArrayList<>();
  private @Nullable ResolvingFileIO remote;

  public LakeFileIO() {
    this(new LocalFileIO());
  }

  private LakeFileIO(LocalFileIO local) {
    this.local = local;
  }

  /** Files that need not survive a loss of power: local ones are not synced. */
  public static LakeFileIO withoutSync() {
    return new LakeFileIO(new LocalFileIO(NoSync.INSTANCE));
  }

  @Override
  public synchronized void initialize(Map<String, String> properties) {
    close();
    local.initialize(properties);
  }

  @Override
  public Map<String, String> properties() {
    return local.properties();
  }

  /** Credentials that a REST catalog hands out for folders of an object store. */
  @Override
  public synchronized void setCredentials(List<StorageCredential> newCredentials) {
    credentials = new ArrayList<>(newCredentials);
    if (remote != null) {
      remote.setCredentials(credentials);
    }
  }

  @Override
  public synchronized List<StorageCredential> credentials() {
    return List.copyOf(credentials);
  }

  @Override
  public InputFile newInputFile(String location) {
    return io(location).newInputFile(location);
  }

  @Override
  public InputFile newInputFile(String location, long length) {
    return io(location).newInputFile(location, length);
  }

  @Override
  public OutputFile newOutputFile(String location) {
    return io(location).newOutputFile(location);
  }

  @Override
  public void deleteFile(String location) {
    io(location).deleteFile(location);
  }

  @Override
  public void deleteFiles(Iterable<String> locations) throws BulkDeletionFailureException {
    List<String> localOnes = new ArrayList<>();
    List<String> remoteOnes = new ArrayList<>();
    for (String location : locations) {
      (LocalLocation.isLocal(location) ? localOnes : remoteOnes).add(location);
    }
    int failures = delete(local, localOnes);
    if (!remoteOnes.isEmpty()) {
      failures += delete(remote(), remoteOnes);
    }
    if (failures > 0) {
      throw new BulkDeletionFailureException(failures);
    }
  }

  @Override
  public Iterable<FileInfo> listPrefix(String prefix) {
    return io(prefix).listPrefix(prefix);
  }

  @Override
  public void deletePrefix(String prefix) {
    io(prefix).deletePrefix(prefix);
  }

  @Override
  public synchronized void close() {
    if (remote != null) {
      remote.close();
      remote = null;
    }
  }

  private DelegateFileIO io(String location) {
    return LocalLocation.isLocal(location) ? local : remote();
  }

  private synchronized ResolvingFileIO remote() {
    ResolvingFileIO io = remote;
    if (io == null) {
      io = new ResolvingFileIO();
      io.initialize(properties());
      io.setCredentials(credentials);
      remote = io;
    }
    return io;
  }

  private static int delete(DelegateFileIO io, List<String> locations) {
    try {
      io.deleteFiles(locations);
      return 0;
    } catch (BulkDeletionFailureException e) {
      return e.numberFailedObjects();
    }
  }
}
