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
import io.freshet.server.log.BucketId;
import io.freshet.server.log.SimulatedDisk;
import java.util.Random;
import java.util.UUID;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** An index with tiny tables on a simulated disk, driven by the test's thread. */
final class KeyIndexFixture implements AutoCloseable {
  static final BucketId BUCKET = new BucketId(new UUID(7, 8), 3);
  static final String FOLDER = "table/3";
  static final int MAX_RUNS = 3;

  final BufferAllocator allocator = new RootAllocator();
  final ManualLoop loop = new ManualLoop();
  final KeyForm form;
  SimulatedDisk disk;

  KeyIndexFixture(long seed, KeyForm form) {
    this.disk = new SimulatedDisk(seed);
    this.form = form;
  }

  IndexEnvironment environment() {
    return environment(Verification.EVERYTHING);
  }

  IndexEnvironment environment(Verification verification) {
    return new IndexEnvironment(
        BUCKET,
        disk,
        FOLDER,
        form,
        99,
        loop,
        loop.background(),
        allocator,
        new KeyIndexConfiguration(6, 100, MAX_RUNS, verification));
  }

  void crash() {
    loop.clear();
    disk = disk.crash();
  }

  /** Keys number 0, 1, …: many of them crowd at the beginning, the end and one other place. */
  KeyHashes keys(int... numbers) {
    long[] first = new long[numbers.length];
    long[] second = new long[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      long number = numbers[i];
      first[i] =
          switch (numbers[i] % 4) {
            case 0 -> number;
            case 1 -> -number;
            default -> new Random(number).nextLong();
          };
      if (form == KeyForm.HASHED && numbers[i] % 3 == 0) {
        first[i] = number % 2 == 0 ? 0x7000_0000_0000_0000L : -1;
      }
      second[i] = number;
    }
    return form == KeyForm.EXACT
        ? KeyHashes.ofExact(first, numbers.length)
        : KeyHashes.ofHashed(first, second, numbers.length);
  }

  @Override
  public void close() {
    allocator.close();
  }
}
