/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

import static io.freshet.error.FreshetErrorCode.NULL_IN_REQUIRED_COLUMN;
import static io.freshet.error.FreshetErrorCode.SCHEMA_MISMATCH;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.error.FreshetException;
import io.freshet.server.index.KeyColumnType.Kind;
import io.freshet.server.index.SipHash.Secret;
import java.util.zip.CRC32C;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * Makes the stored form of keys from Arrow batches whose vectors are those of {@code ArrowSchemas}.
 * Stored: for the same columns and secret, a key has the same form for ever.
 *
 * <p>Exact keys are packed into a word, the first column highest, each in as many bytes as its type
 * needs, and mixed by {@link KeyMix}. Hashed keys are hashed by {@link SipHash}; the message is the
 * columns' words one after the other, in the order of the key. As the types are fixed and values of
 * any length begin with their length, no two keys have the same message.
 *
 * <p>Not thread safe.
 */
public final class KeyEncoder {
  private static final int BLOCK_ROWS = 512;

  private final KeyColumns columns;
  private final KeyForm form;
  private final KeyMix mix;
  private final SipHash hash;
  private final long fingerprint;
  private final long[] words = new long[BLOCK_ROWS];

  /**
   * @param secret 16 random bytes of the table, kept as long as its indexes are
   */
  public KeyEncoder(KeyColumns columns, byte[] secret) {
    Secret key = Secret.of(secret);
    this.columns = columns;
    this.form = columns.form();
    this.mix = new KeyMix(key);
    this.hash = new SipHash(key, BLOCK_ROWS);
    this.fingerprint = fingerprint(columns, key);
  }

  public KeyForm form() {
    return form;
  }

  /** Differs, but for chance, for other types of the key's columns and for other secrets. */
  public long fingerprint() {
    return fingerprint;
  }

  /** Encodes the keys of all rows. */
  public void encode(VectorSchemaRoot batch, KeyHashes into) {
    if (into.form() != form) {
      throw new IllegalArgumentException("Keys of form " + form + " into " + into.form());
    }
    FieldVector[] vectors = new FieldVector[columns.columns().size()];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = vector(batch, columns.columns().get(i).name());
    }
    int rows = batch.getRowCount();
    into.resize(rows);
    for (int from = 0; from < rows; from += BLOCK_ROWS) {
      int count = Math.min(BLOCK_ROWS, rows - from);
      if (form == KeyForm.EXACT) {
        pack(vectors, from, count, into.firstWords());
      } else {
        hash(vectors, from, count, into);
      }
    }
  }

  private void pack(FieldVector[] vectors, int from, int count, long[] keys) {
    for (int i = 0; i < vectors.length; i++) {
      KeyColumnType type = columns.columns().get(i).type();
      type.readWords(vectors[i].getDataBufferAddress(), from, count, words);
      if (i == 0) {
        System.arraycopy(words, 0, keys, from, count);
      } else {
        // A later column has less than 8 bytes, since there is another one.
        int bits = type.widthBytes() * Byte.SIZE;
        long mask = (1L << bits) - 1;
        for (int row = 0; row < count; row++) {
          keys[from + row] = keys[from + row] << bits | words[row] & mask;
        }
      }
    }
    for (int row = from; row < from + count; row++) {
      keys[row] = mix.mix(keys[row]);
    }
  }

  private void hash(FieldVector[] vectors, int from, int count, KeyHashes into) {
    hash.start(count);
    for (int i = 0; i < vectors.length; i++) {
      KeyColumnType type = columns.columns().get(i).type();
      FieldVector vector = vectors[i];
      if (type.isWord()) {
        type.readWords(vector.getDataBufferAddress(), from, count, words);
        for (int row = 0; row < count; row++) {
          hash.absorb(row, words[row]);
        }
      } else if (type.kind() == Kind.BYTES) {
        absorbBytes(vector, from, count);
      } else {
        long address = vector.getDataBufferAddress() + (long) from * type.widthBytes();
        for (int row = 0; row < count; row++) {
          absorb(row, address + (long) row * type.widthBytes(), type.widthBytes());
        }
      }
    }
    hash.finish(count, into.firstWords(), into.secondWords(), from);
  }

  private void absorbBytes(FieldVector vector, int from, int count) {
    long data = vector.getDataBufferAddress();
    long offsets = vector.getOffsetBufferAddress() + (long) from * Integer.BYTES;
    int start = MemoryUtil.getInt(offsets);
    for (int row = 0; row < count; row++) {
      int end = MemoryUtil.getInt(offsets + (row + 1L) * Integer.BYTES);
      hash.absorb(row, end - start);
      absorb(row, data + start, end - start);
      start = end;
    }
  }

  private void absorb(int row, long address, int bytes) {
    int position = 0;
    for (; position + Long.BYTES <= bytes; position += Long.BYTES) {
      hash.absorb(row, MemoryUtil.getLong(address + position));
    }
    if (position < bytes) {
      hash.absorb(row, KeyColumnType.readPart(address + position, bytes - position));
    }
  }

  private static FieldVector vector(VectorSchemaRoot batch, String name) {
    FieldVector vector = batch.getVector(name);
    if (vector == null) {
      throw FreshetException.of(
          SCHEMA_MISMATCH, "Column %s of the primary key is not in the batch. Add it.", name);
    }
    if (vector.getNullCount() > 0) {
      throw FreshetException.of(
          NULL_IN_REQUIRED_COLUMN,
          "Column %s is in the primary key and has %d nulls in a batch of %d rows. Give each row a"
              + " key.",
          name,
          vector.getNullCount(),
          batch.getRowCount());
    }
    return vector;
  }

  private static long fingerprint(KeyColumns columns, Secret secret) {
    CRC32C types = new CRC32C();
    for (KeyColumns.Column column : columns.columns()) {
      types.update((column.type().kind() + ":" + column.type().widthBytes() + ";").getBytes(UTF_8));
    }
    SipHash hash = new SipHash(secret, 1);
    hash.start(1);
    hash.absorb(0, types.getValue());
    long[] first = new long[1];
    hash.finish(1, first, new long[1], 0);
    return first[0];
  }
}
