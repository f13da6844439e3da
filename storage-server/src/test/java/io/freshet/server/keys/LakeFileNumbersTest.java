/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.error.FreshetException;
import io.freshet.server.log.SimulatedDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Numbers of lake files on a disk that fails and loses power: one that was given stays. */
final class LakeFileNumbersTest {
  private static final String PATH = "table/FILES";

  @Test
  void numbersThatWereGivenStayWhateverFails() throws IOException {
    for (long seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      SimulatedDisk disk = new SimulatedDisk(seed);
      Map<String, Integer> given = new HashMap<>();
      LakeFileNumbers numbers = LakeFileNumbers.create(disk, PATH);
      disk.forceFolder("table");
      for (int step = 0; step < 60; step++) {
        switch (random.nextInt(12)) {
          case 0 -> disk.failAppends(random.nextInt(2));
          case 1 -> disk.failForces(random.nextInt(2));
          case 2 -> disk.failTruncations(random.nextInt(2));
          case 3, 4 -> {
            heal(disk);
            if (random.nextBoolean()) {
              disk = disk.crash();
            }
            Optional<LakeFileNumbers> opened = LakeFileNumbers.open(disk, PATH);
            if (opened.isEmpty()) {
              given.clear();
            }
            numbers = opened.isEmpty() ? create(disk) : opened.get();
            disk.forceFolder("table");
            assertAllThere(seed, numbers, given);
          }
          default -> ask(seed, random, numbers, given);
        }
      }
    }
  }

  @Test
  void damageIsFoundWhereverItIs() throws IOException {
    SimulatedDisk disk = new SimulatedDisk(1);
    LakeFileNumbers numbers = create(disk);
    numbers.numbers(List.of("a.parquet", "b.parquet", "c.parquet"));
    byte[] stored = disk.bytes(PATH);
    for (int at = 0; at < stored.length; at++) {
      byte[] damaged = stored.clone();
      damaged[at] ^= 16;
      disk.overwrite(PATH, damaged);
      assertThat(LakeFileNumbers.open(disk, PATH)).as("byte %d", at).isEmpty();
    }
    disk.overwrite(PATH, stored);
    assertThat(LakeFileNumbers.open(disk, PATH).orElseThrow().location(2)).isEqualTo("c.parquet");
  }

  @Test
  void failureSaysWhereAndWhatToDo() {
    SimulatedDisk disk = new SimulatedDisk(1);
    LakeFileNumbers numbers = create(disk);
    disk.failAppends(1);
    assertThatThrownBy(() -> numbers.number("a.parquet"))
        .isInstanceOf(FreshetException.class)
        .hasMessage(
            "Cannot store the numbers of lake files in simulated:/table/FILES: simulated failure to"
                + " write. Free some space or check the disk; it will be tried again.");
    assertThat(numbers.number("b.parquet")).isZero();
  }

  @Test
  void closedNumbersDoNotTouchTheFileOfTheirSuccessor() throws IOException {
    SimulatedDisk disk = new SimulatedDisk(1);
    LakeFileNumbers closed = create(disk);
    closed.number("a.parquet");
    closed.close();
    LakeFileNumbers next = LakeFileNumbers.open(disk, PATH).orElseThrow();
    next.number("b.parquet");
    assertThat(closed.number("a.parquet")).isZero();
    assertThatThrownBy(() -> closed.number("c.parquet"))
        .isInstanceOf(FreshetException.class)
        .hasMessage(
            "Lake files get no numbers in simulated:/table/FILES any more, as their table was"
                + " closed: try again after a pause");
    assertThat(LakeFileNumbers.open(disk, PATH).orElseThrow().location(1)).isEqualTo("b.parquet");
  }

  private static void ask(
      long seed, Random random, LakeFileNumbers numbers, Map<String, Integer> given) {
    List<String> files = new ArrayList<>();
    for (int left = 1 + random.nextInt(4); left > 0; left--) {
      files.add("file-" + random.nextInt(40) + "-é.parquet");
    }
    try {
      Map<String, Integer> found = numbers.numbers(files);
      found.forEach((file, number) -> {
        assertThat(given.getOrDefault(file, number)).as("seed %d", seed).isEqualTo(number);
        given.put(file, number);
      });
      assertThat(given.values()).as("seed %d", seed).doesNotHaveDuplicates();
    } catch (FreshetException e) {
      assertThat(e).hasMessageContaining("simulated failure");
    }
  }

  private static void assertAllThere(
      long seed, LakeFileNumbers numbers, Map<String, Integer> given) {
    given.forEach((file, number) -> {
      assertThat(numbers.size()).as("seed %d", seed).isGreaterThan(number);
      assertThat(numbers.location(number)).as("seed %d", seed).isEqualTo(file);
    });
  }

  private static void heal(SimulatedDisk disk) {
    disk.failAppends(0);
    disk.failForces(0);
    disk.failTruncations(0);
  }

  private static LakeFileNumbers create(SimulatedDisk disk) {
    try {
      return LakeFileNumbers.create(disk, PATH);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
