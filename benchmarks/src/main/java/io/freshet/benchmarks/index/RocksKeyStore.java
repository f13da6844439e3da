/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks.index;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ByteBufferGetStatus;
import org.rocksdb.CompressionType;
import org.rocksdb.DataBlockIndexType;
import org.rocksdb.FlushOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * RocksDB, set up for lookups of single keys: no write-ahead log, as the index has none either;
 * batched gets and writes through direct buffers; Bloom filters, hash indexes in blocks, and a
 * block cache that holds everything.
 */
final class RocksKeyStore implements KeyStore {
  private static final long CACHE_BYTES = 1L << 30;
  private static final long WRITE_BUFFER_BYTES = 64L << 20;

  static {
    RocksDB.loadLibrary();
  }

  private final int words;
  private final RocksDB database;
  private final LRUCache cache = new LRUCache(CACHE_BYTES);
  private final BloomFilter bloom = new BloomFilter(10, false);
  private final Options options;
  private final WriteOptions writeOptions = new WriteOptions().setDisableWAL(true);
  private final ReadOptions readOptions = new ReadOptions();
  private final List<ByteBuffer> keys = new ArrayList<>();
  private final List<ByteBuffer> values = new ArrayList<>();

  RocksKeyStore(Path folder, int words) throws RocksDBException {
    this.words = words;
    this.options =
        new Options()
            .setCreateIfMissing(true)
            .setWriteBufferSize(WRITE_BUFFER_BYTES)
            .setMaxWriteBufferNumber(3)
            .setMaxBackgroundJobs(2)
            .setCompressionType(CompressionType.NO_COMPRESSION)
            .setTableFormatConfig(
                new BlockBasedTableConfig()
                    .setBlockCache(cache)
                    .setFilterPolicy(bloom)
                    .setDataBlockIndexType(DataBlockIndexType.kDataBlockBinaryAndHash));
    this.database = RocksDB.open(options, folder.toString());
  }

  @Override
  public void load(long[] first, long[] second, long[] locations, int count)
      throws RocksDBException {
    setKeys(first, second, count);
    write(locations, count);
  }

  @Override
  public void upsert(long[] first, long[] second, long[] locations, long[] previous, int count)
      throws RocksDBException {
    get(first, second, previous, count);
    for (int i = 0; i < count; i++) {
      keys.get(i).rewind();
    }
    write(locations, count);
  }

  @Override
  public void get(long[] first, long[] second, long[] locations, int count)
      throws RocksDBException {
    setKeys(first, second, count);
    for (int i = 0; i < count; i++) {
      values.get(i).clear();
    }
    List<ByteBufferGetStatus> found =
        database.multiGetByteBuffers(readOptions, keys.subList(0, count), values.subList(0, count));
    for (int i = 0; i < count; i++) {
      ByteBufferGetStatus status = found.get(i);
      locations[i] = status.status.getCode() == Status.Code.Ok ? values.get(i).getLong(0) : -1;
    }
  }

  @Override
  public void settle() throws RocksDBException {
    try (FlushOptions flush = new FlushOptions().setWaitForFlush(true)) {
      database.flush(flush);
    }
  }

  @Override
  public String size(long keyCount) throws RocksDBException {
    return String.format(
        "%.1f bytes a key in files, %.1f MiB of block cache",
        (double) database.getLongProperty("rocksdb.total-sst-files-size") / keyCount,
        cache.getUsage() / 1048576.0);
  }

  @Override
  public void close() {
    database.close();
    options.close();
    writeOptions.close();
    readOptions.close();
    bloom.close();
    cache.close();
  }

  private void write(long[] locations, int count) throws RocksDBException {
    try (WriteBatch batch = new WriteBatch(count * (words + 2) * Long.BYTES)) {
      for (int i = 0; i < count; i++) {
        batch.put(keys.get(i), values.get(i).clear().putLong(0, locations[i]));
      }
      database.write(writeOptions, batch);
    }
  }

  private void setKeys(long[] first, long[] second, int count) {
    while (keys.size() < count) {
      keys.add(ByteBuffer.allocateDirect(words * Long.BYTES));
      values.add(ByteBuffer.allocateDirect(Long.BYTES));
    }
    for (int i = 0; i < count; i++) {
      ByteBuffer key = keys.get(i).clear().putLong(0, first[i]);
      if (words == 2) {
        key.putLong(Long.BYTES, second[i]);
      }
    }
  }
}
