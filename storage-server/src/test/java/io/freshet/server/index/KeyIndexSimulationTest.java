/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * An index on a disk that fails and loses power, against a map: lookups and superseded locations
 * are always those of the map, and a checkpoint that was acknowledged is found again, exactly.
 */
final class KeyIndexSimulationTest {
  private static final int SEEDS = 300;
  private static final int STEPS = 200;
  private static final int KEYS = 250;

  @ParameterizedTest
  @EnumSource(KeyForm.class)
  void indexIsAMapThatSurvivesFailuresAndCrashes(KeyForm form) {
    for (long seed = 0; seed < SEEDS; seed++) {
      try (KeyIndexFixture fixture = new KeyIndexFixture(seed, form)) {
        new Run(fixture, new Random(seed)).steps();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("With seed " + seed + ", " + form + ": " + e.getMessage(), e);
      }
    }
  }

  /** Moves the fresh offsets below a cut into a file, and all rows of one file into another. */
  private record Move(long cut, int fileNumber, int oldFile, int newFile)
      implements LocationMapping {
    @Override
    public void map(long[] locations, int count) {
      for (int i = 0; i < count; i++) {
        locations[i] = map(locations[i]);
      }
    }

    long map(long location) {
      if (Location.isFresh(location)) {
        return location >= cut ? location : Location.ofLake(fileNumber, location);
      }
      if (Location.fileNumber(location) != oldFile) {
        return location;
      }
      // A foreign delete has taken some rows away.
      return Location.position(location) % 7 == 0
          ? Location.ABSENT
          : Location.ofLake(newFile, Location.position(location) + 1);
    }

    @Override
    public boolean mayMove(LocationRange range) {
      return range.hasFresh() && range.startOffset() < cut
          || range.hasLake()
              && range.startFileNumber() <= oldFile
              && oldFile < range.endFileNumber();
    }
  }

  private static final class Run {
    private final KeyIndexFixture fixture;
    private final Random random;
    private final Map<Long, Map<Integer, Long>> requested = new HashMap<>();
    private final List<CompletableFuture<Void>> remaps = new ArrayList<>();
    private Map<Integer, Long> model = new HashMap<>();
    private KeyIndex index;
    private long offset;
    private long acknowledged = -1;
    private int fileNumber;

    Run(KeyIndexFixture fixture, Random random) {
      this.fixture = fixture;
      this.random = random;
      this.index = KeyIndex.create(fixture.environment());
    }

    void steps() {
      for (int step = 0; step < STEPS; step++) {
        step();
        if (random.nextInt(10) == 0) {
          check();
        }
      }
      settle();
      index.close();
    }

    private void step() {
      switch (random.nextInt(20)) {
        case 0, 1, 2, 3, 4, 5 -> upsert();
        case 6 -> remove();
        case 7, 8, 9, 10, 11, 12 -> fixture.loop.runOne(random);
        case 13 -> remap();
        case 14 -> checkpoint();
        case 15 -> {
          if (random.nextInt(4) == 0) {
            crash();
          }
        }
        case 16 -> fixture.disk.failAppends(random.nextInt(2));
        case 17 -> fixture.disk.failForces(random.nextInt(2));
        case 18 -> fixture.disk.failDeletions(random.nextInt(2));
        default -> {
          if (random.nextInt(4) == 0) {
            settle();
          }
        }
      }
    }

    private void upsert() {
      int[] numbers = random.ints(1 + random.nextInt(60), 0, KEYS).toArray();
      long[] locations = new long[numbers.length];
      for (int i = 0; i < numbers.length; i++) {
        locations[i] = random.nextInt(6) == 0 ? Location.ABSENT : Location.ofFresh(offset++);
      }
      long[] previous = new long[numbers.length];
      boolean isBlind = random.nextInt(5) == 0;
      if (index.freeEntries() < numbers.length) {
        refuses(numbers, locations, previous);
        return;
      }
      if (isBlind) {
        index.put(fixture.keys(numbers), locations);
      } else {
        index.upsert(fixture.keys(numbers), locations, previous);
      }
      for (int i = 0; i < numbers.length; i++) {
        long expected = set(numbers[i], locations[i]);
        if (!isBlind) {
          assertThat(previous[i]).as("superseded by key %s", numbers[i]).isEqualTo(expected);
        }
      }
    }

    private void refuses(int[] numbers, long[] locations, long[] previous) {
      try {
        index.upsert(fixture.keys(numbers), locations, previous);
      } catch (FreshetException e) {
        assertThat(e.code()).isEqualTo(FreshetErrorCode.OVERLOADED);
        return;
      }
      throw new AssertionError("More entries than the memory takes");
    }

    private void remove() {
      int[] numbers = random.ints(1 + random.nextInt(10), 0, KEYS).toArray();
      if (index.freeEntries() < numbers.length) {
        return;
      }
      long[] previous = new long[numbers.length];
      index.remove(fixture.keys(numbers), previous);
      for (int i = 0; i < numbers.length; i++) {
        assertThat(previous[i]).isEqualTo(set(numbers[i], Location.ABSENT));
      }
    }

    private long set(int number, long location) {
      Long before =
          location == Location.ABSENT ? model.remove(number) : model.put(number, location);
      return before == null ? Location.ABSENT : before;
    }

    private void remap() {
      int oldFile = fileNumber == 0 ? 0 : random.nextInt(fileNumber);
      long cut = offset - random.nextInt((int) Math.min(offset + 1, 100));
      Move move = new Move(cut, fileNumber, oldFile, fileNumber + 1);
      fileNumber += 2;
      remaps.add(index.remap(move));
      model.replaceAll((number, location) -> move.map(location));
      model.values().removeIf(Location::isAbsent);
    }

    private void checkpoint() {
      long id = requested.size();
      requested.put(id, Map.copyOf(model));
      index
          .checkpoint(new IndexCheckpoint(id % 2 == 0 ? null : id, "0:" + id, id))
          .whenComplete((done, failure) -> {
            if (failure == null) {
              acknowledged = id;
            }
          });
    }

    private void crash() {
      fixture.crash();
      remaps.clear();
      index.close();
      open();
      check();
    }

    private void open() {
      IndexOpening opening = KeyIndex.open(fixture.environment());
      if (opening instanceof RecoveredIndex recovered) {
        index = recovered.index();
        long id = recovered.checkpoint().logOffset();
        assertThat(id).isGreaterThanOrEqualTo(acknowledged);
        assertThat(recovered.checkpoint())
            .isEqualTo(new IndexCheckpoint(id % 2 == 0 ? null : id, "0:" + id, id));
        acknowledged = id;
        model = new HashMap<>(requested.get(id));
      } else {
        assertThat(acknowledged).as("%s", opening).isEqualTo(-1);
        index = KeyIndex.create(fixture.environment());
        model = new HashMap<>();
      }
    }

    private void check() {
      int[] numbers = IntStream.range(0, KEYS).toArray();
      long[] locations = new long[KEYS];
      index.get(fixture.keys(numbers), locations);
      for (int number : numbers) {
        assertThat(locations[number])
            .as("location of key %s", number)
            .isEqualTo(model.getOrDefault(number, Location.ABSENT));
      }
      assertThat(index.damage()).isEmpty();
    }

    /** With a disk that works and time enough, everything is written, merged and cleaned up. */
    private void settle() {
      fixture.disk.failAppends(0);
      fixture.disk.failForces(0);
      fixture.disk.failDeletions(0);
      index.retry();
      fixture.loop.runAll();
      checkpoint();
      fixture.loop.runAll();
      assertThat(acknowledged).isEqualTo(requested.size() - 1);
      assertThat(remaps).allMatch(CompletableFuture::isDone);
      assertThat(index.runCount()).isLessThanOrEqualTo(KeyIndexFixture.MAX_RUNS);
      assertThat(index.freeEntries()).isEqualTo(100);
      check();
      // What merges have left behind goes with the next checkpoint.
      checkpoint();
      fixture.loop.runAll();
      checkpoint();
      fixture.loop.runAll();
      assertThat(fixture.disk.paths()).hasSize(index.runCount() + 1);
    }
  }
}
