/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class PackedNumbersTest {
  @Test
  void numbersOfAnyRangeAreThemselves() {
    Random random = new Random(1);
    for (int bits = 0; bits <= 64; bits++) {
      for (int round = 0; round < 20; round++) {
        long[] numbers = new long[1 + random.nextInt(50)];
        long least = random.nextLong();
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] = least + (bits == 0 ? 0 : random.nextLong() >>> (64 - bits));
        }
        check(numbers);
      }
    }
    check(new long[] {Long.MIN_VALUE, Long.MAX_VALUE, 0, -1});
    check(new long[] {});
  }

  @Test
  void numbersNearEachOtherTakeFewBytes() {
    assertThat(size(7, 7, 7)).isZero();
    assertThat(size(1_000_000, 1_000_255)).isEqualTo(2);
    assertThat(size(1_000_000, 1_000_256)).isEqualTo(4);
    assertThat(size(-1, 65_535)).isEqualTo(8);
    assertThat(size(0, 0xFFFF_FFFFL)).isEqualTo(8);
    assertThat(size(0, 0x1_0000_0000L)).isEqualTo(16);
  }

  private static long size(long... numbers) {
    return PackedNumbers.of(numbers, numbers.length).sizeBytes();
  }

  private static void check(long[] numbers) {
    PackedNumbers packed = PackedNumbers.of(numbers, numbers.length);
    for (int i = 0; i < numbers.length; i++) {
      assertThat(packed.get(i)).isEqualTo(numbers[i]);
    }
  }
}
