/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.log;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A disk in memory that hurts as real ones do. A crash keeps what was synced, and of the rest
 * whatever the seed says: nothing, a torn part, pages out of order, garbage; also of creations,
 * renames and deletions. Writes, syncs and truncations can be made to fail, and the disk can be
 * full. Folders are simple prefixes and always durable.
 */
public final class SimulatedDisk implements Disk {
  private final Random random;

  /** By path: what a running process sees, and what a crash is sure to leave. */
  private final TreeMap<String, SimulatedFile> files;

  private final Map<String, SimulatedFile> durableFiles;

  private long capacityBytes = Long.MAX_VALUE;
  private int failingAppends;
  private int failingForces;
  private int failingTruncations;
  private int failingDeletions;
  private int forces;
  private boolean isCrashed;

  public SimulatedDisk(long seed) {
    this(new Random(seed), new TreeMap<>());
  }

  private SimulatedDisk(Random random, TreeMap<String, SimulatedFile> files) {
    this.random = random;
    this.files = files;
    this.durableFiles = new HashMap<>(files);
  }

  /**
   * Takes the power away: everything that still uses this disk fails from now on.
   *
   * @return the disk as the next process finds it
   */
  public synchronized SimulatedDisk crash() {
    isCrashed = true;
    TreeSet<String> paths = new TreeSet<>(files.keySet());
    paths.addAll(durableFiles.keySet());
    Map<SimulatedFile, SimulatedFile> survivors = new HashMap<>();
    TreeMap<String, SimulatedFile> found = new TreeMap<>();
    for (String path : paths) {
      SimulatedFile now = files.get(path);
      SimulatedFile before = durableFiles.get(path);
      SimulatedFile chosen = now == before || random.nextBoolean() ? now : before;
      if (chosen != null) {
        found.put(path, survivors.computeIfAbsent(chosen, file -> file.afterCrash(random)));
      }
    }
    return new SimulatedDisk(random, found);
  }

  /** Appends that would make all files together longer than this fail, after a part of them. */
  public synchronized void limitCapacity(long bytes) {
    capacityBytes = bytes;
  }

  /** The next appends fail after writing a random part. */
  public synchronized void failAppends(int count) {
    failingAppends = count;
  }

  /** The next syncs of files fail; what they should have synced is lost, even if synced again. */
  public synchronized void failForces(int count) {
    failingForces = count;
  }

  public synchronized void failTruncations(int count) {
    failingTruncations = count;
  }

  public synchronized void failDeletions(int count) {
    failingDeletions = count;
  }

  /** Syncs of files until now. */
  public synchronized int forces() {
    return forces;
  }

  /** All files, sorted. */
  public synchronized List<String> paths() {
    return List.copyOf(files.keySet());
  }

  /** A copy of a file's bytes. */
  public synchronized byte[] bytes(String path) {
    return require(path).copy();
  }

  /** Puts bytes in place of a file's, durably, as bit rot or an operator does. */
  public synchronized void overwrite(String path, byte[] bytes) {
    SimulatedFile file = new SimulatedFile(bytes);
    files.put(path, file);
    durableFiles.put(path, file);
  }

  /** Makes a file disappear, durably, as an operator does. */
  public synchronized void erase(String path) {
    files.remove(path);
    durableFiles.remove(path);
  }

  @Override
  public synchronized void createFolder(String folder) throws IOException {
    checkAlive();
  }

  @Override
  public synchronized List<String> list(String folder) throws IOException {
    checkAlive();
    String prefix = folder.isEmpty() ? "" : folder + "/";
    TreeSet<String> names = new TreeSet<>();
    for (String path : files.keySet()) {
      if (path.startsWith(prefix)) {
        String rest = path.substring(prefix.length());
        int slash = rest.indexOf('/');
        names.add(slash < 0 ? rest : rest.substring(0, slash));
      }
    }
    return List.copyOf(names);
  }

  @Override
  public synchronized DiskFile create(String path) throws IOException {
    checkAlive();
    SimulatedFile file = new SimulatedFile(new byte[0]);
    files.put(path, file);
    return new Handle(file);
  }

  @Override
  public synchronized DiskFile open(String path) throws IOException {
    return new Handle(existing(path));
  }

  @Override
  public synchronized long sizeBytes(String path) throws IOException {
    return existing(path).length();
  }

  @Override
  public synchronized ByteBuffer map(String path, long position, int sizeBytes) throws IOException {
    ByteBuffer copy = ByteBuffer.allocateDirect(sizeBytes);
    read(path, position, copy);
    return copy.clear().asReadOnlyBuffer();
  }

  @Override
  public synchronized void read(String path, long position, ByteBuffer target) throws IOException {
    SimulatedFile file = existing(path);
    if (position + target.remaining() > file.length()) {
      throw new EOFException(path + " has only " + file.length() + " bytes");
    }
    file.read((int) position, target);
  }

  @Override
  public synchronized void rename(String from, String to) throws IOException {
    files.put(to, existing(from));
    files.remove(from);
  }

  @Override
  public synchronized void delete(String path) throws IOException {
    checkAlive();
    if (failingDeletions > 0) {
      failingDeletions--;
      throw new IOException("simulated failure to delete");
    }
    files.remove(path);
  }

  @Override
  public synchronized void forceFolder(String folder) throws IOException {
    checkAlive();
    String prefix = folder.isEmpty() ? "" : folder + "/";
    List<String> paths = new ArrayList<>(durableFiles.keySet());
    paths.addAll(files.keySet());
    for (String path : paths) {
      if (path.startsWith(prefix) && path.indexOf('/', prefix.length()) < 0) {
        SimulatedFile file = files.get(path);
        if (file == null) {
          durableFiles.remove(path);
        } else {
          durableFiles.put(path, file);
        }
      }
    }
  }

  @Override
  public String locate(String path) {
    return "simulated:/" + path;
  }

  private void checkAlive() throws IOException {
    if (isCrashed) {
      throw new IOException("the simulated machine has crashed");
    }
  }

  private SimulatedFile existing(String path) throws IOException {
    checkAlive();
    SimulatedFile file = files.get(path);
    if (file == null) {
      throw new NoSuchFileException(path);
    }
    return file;
  }

  private SimulatedFile require(String path) {
    SimulatedFile file = files.get(path);
    if (file == null) {
      throw new IllegalArgumentException("no file " + path);
    }
    return file;
  }

  private long usedBytes() {
    return files.values().stream().mapToLong(SimulatedFile::length).sum();
  }

  private final class Handle implements DiskFile {
    private final SimulatedFile file;
    private boolean isClosed;

    Handle(SimulatedFile file) {
      this.file = file;
    }

    @Override
    public long sizeBytes() throws IOException {
      synchronized (SimulatedDisk.this) {
        checkOpen();
        return file.length();
      }
    }

    @Override
    public void append(ByteBuffer[] buffers) throws IOException {
      synchronized (SimulatedDisk.this) {
        checkOpen();
        long total = 0;
        for (ByteBuffer buffer : buffers) {
          total += buffer.remaining();
        }
        if (failingAppends > 0) {
          failingAppends--;
          file.append(buffers, (long) (random.nextDouble() * total));
          throw new IOException("simulated failure to write");
        }
        long room = capacityBytes - usedBytes();
        if (total > room) {
          file.append(buffers, Math.max(0, room));
          throw new IOException("No space left on device");
        }
        file.append(buffers, total);
      }
    }

    @Override
    public void rewrite(long position, ByteBuffer bytes) throws IOException {
      synchronized (SimulatedDisk.this) {
        checkOpen();
        file.rewrite((int) position, bytes);
      }
    }

    @Override
    public void force() throws IOException {
      synchronized (SimulatedDisk.this) {
        checkOpen();
        if (failingForces > 0) {
          failingForces--;
          file.loseUnsynced();
          throw new IOException("simulated failure to sync");
        }
        forces++;
        file.force();
      }
    }

    @Override
    public void truncate(long sizeBytes) throws IOException {
      synchronized (SimulatedDisk.this) {
        checkOpen();
        if (failingTruncations > 0) {
          failingTruncations--;
          throw new IOException("simulated failure to truncate");
        }
        file.truncate((int) sizeBytes);
      }
    }

    @Override
    public void close() {
      isClosed = true;
    }

    private void checkOpen() throws IOException {
      checkAlive();
      if (isClosed) {
        throw new IOException("the file is closed");
      }
    }
  }
}
