/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.keys;

import static io.freshet.error.FreshetErrorCode.LOG_WRITE_FAILED;

import io.freshet.error.FreshetException;
import io.freshet.server.index.IndexEnvironment;
import io.freshet.server.index.KeyColumns;
import io.freshet.server.index.KeyEncoder;
import io.freshet.server.index.KeyHashes;
import io.freshet.server.log.BucketId;
import io.freshet.server.log.Disk;
import io.freshet.server.log.DiskFile;
import io.freshet.server.loop.EventLoop;
import io.freshet.table.TableDefinition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * What the key indexes of one table have in common: the secret of their hashes, and the numbers of
 * the lake's files. Both are in the table's folder of the index disk:
 *
 * <pre>
 * SECRET        16 random bytes and their CRC-32C
 * FILES         the numbers of lake files
 * 0/durable     the durable index of bucket 0
 * 0/fresh-0     generations of its fresh keys, by turns
 * 0/fresh-1
 * </pre>
 *
 * <p>Without its secret or its numbers an index is of no use: then both begin anew, and an index of
 * another secret is found to need a rebuild.
 */
public final class TableKeys {
  private static final int SECRET_BYTES = 16;

  private final IndexStorage storage;
  private final String folder;
  private final KeyColumns columns;
  private final byte[] secret;
  private final LakeFileNumbers files;
  private final KeyEncoder sample;

  private TableKeys(
      IndexStorage storage,
      String folder,
      KeyColumns columns,
      byte[] secret,
      LakeFileNumbers files) {
    this.storage = storage;
    this.folder = folder;
    this.columns = columns;
    this.secret = secret;
    this.files = files;
    this.sample = new KeyEncoder(columns, secret);
  }

  /** Opens what is stored for a table, or begins anew. Blocking. */
  public static TableKeys open(IndexStorage storage, UUID tableId, TableDefinition definition) {
    storage.checkClosed(tableId);
    Disk disk = storage.disk();
    String folder = tableId.toString();
    KeyColumns columns = KeyColumns.of(definition.schema(), definition.primaryKey());
    try {
      disk.createFolder(folder);
      byte[] secret = readSecret(disk, folder + "/SECRET");
      boolean isKnown = secret.length > 0 && disk.list(folder).contains("FILES");
      Optional<LakeFileNumbers> stored =
          isKnown ? LakeFileNumbers.open(disk, folder + "/FILES") : Optional.empty();
      LakeFileNumbers files;
      if (stored.isPresent()) {
        files = stored.get();
      } else {
        // First of all no index may be taken for one of the new numbers.
        disk.delete(folder + "/SECRET");
        disk.forceFolder(folder);
        files = LakeFileNumbers.create(disk, folder + "/FILES");
        secret = newSecret(storage.secrets(), disk, folder + "/SECRET");
        disk.forceFolder(folder);
      }
      return new TableKeys(storage, folder, columns, secret, files);
    } catch (IOException e) {
      throw new FreshetException(
          LOG_WRITE_FAILED,
          String.format(
              "Cannot open the key indexes of table %s in %s: %s. Free some space or check the disk.",
              definition.name(), disk.locate(folder), e.getMessage()),
          e);
    }
  }

  /** Deletes what is stored for a table. Blocking. */
  public static void delete(IndexStorage storage, UUID tableId) {
    storage.checkClosed(tableId);
    try {
      deleteFolder(storage.disk(), tableId.toString());
    } catch (IOException e) {
      throw new FreshetException(
          LOG_WRITE_FAILED,
          String.format(
              "Cannot delete the key indexes of table %s in %s: %s. It will be tried again.",
              tableId, storage.disk().locate(tableId.toString()), e.getMessage()),
          e);
    }
  }

  /** Ends what a run that is still under way could store, before the table is opened again. */
  public void close() {
    files.close();
  }

  public LakeFileNumbers files() {
    return files;
  }

  /** An encoder of this table's keys, for one thread. */
  public KeyEncoder newEncoder() {
    return new KeyEncoder(columns, secret);
  }

  /** The keys of a batch that has at least the key's columns. */
  public KeyHashes encode(KeyEncoder encoder, VectorSchemaRoot batch) {
    KeyHashes keys = new KeyHashes(encoder.form());
    encoder.encode(batch, keys);
    return keys;
  }

  /** No keys, to add some to. */
  public KeyHashes noKeys() {
    return new KeyHashes(sample.form());
  }

  /** Where a bucket's index of a name is. */
  IndexEnvironment environment(BucketId bucket, String name, EventLoop loop) {
    return new IndexEnvironment(
        bucket,
        storage.disk(),
        folder + "/" + bucket.bucket() + "/" + name,
        sample.form(),
        sample.fingerprint(),
        loop,
        storage.background(),
        storage.allocator(),
        storage.configuration());
  }

  IndexStorage storage() {
    return storage;
  }

  private static void deleteFolder(Disk disk, String folder) throws IOException {
    for (String name : disk.list(folder)) {
      String bucket = folder + "/" + name;
      for (String index : disk.list(bucket)) {
        for (String file : disk.list(bucket + "/" + index)) {
          disk.delete(bucket + "/" + index + "/" + file);
        }
        disk.delete(bucket + "/" + index);
      }
      disk.delete(bucket);
    }
    disk.delete(folder);
  }

  private static byte[] readSecret(Disk disk, String path) throws IOException {
    if (!disk.list(path.substring(0, path.lastIndexOf('/'))).contains("SECRET")
        || disk.sizeBytes(path) != SECRET_BYTES + Integer.BYTES) {
      return new byte[0];
    }
    ByteBuffer stored = ByteBuffer.allocate(SECRET_BYTES + Integer.BYTES);
    disk.read(path, 0, stored);
    stored.flip();
    byte[] secret = new byte[SECRET_BYTES];
    stored.get(secret);
    return stored.getInt() == checksum(secret) ? secret : new byte[0];
  }

  private static byte[] newSecret(Random secrets, Disk disk, String path) throws IOException {
    byte[] secret = new byte[SECRET_BYTES];
    secrets.nextBytes(secret);
    ByteBuffer stored = ByteBuffer.allocate(SECRET_BYTES + Integer.BYTES);
    stored.put(secret).putInt(checksum(secret)).flip();
    try (DiskFile file = disk.create(path)) {
      file.append(new ByteBuffer[] {stored});
      file.force();
    }
    return secret;
  }

  private static int checksum(byte[] secret) {
    CRC32C checksum = new CRC32C();
    checksum.update(secret);
    return (int) checksum.getValue();
  }
}
