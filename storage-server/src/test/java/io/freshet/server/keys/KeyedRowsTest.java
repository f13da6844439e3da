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
import io.freshet.overlay.PositionBitmap;
import io.freshet.server.index.IndexCheckpoint;
import io.freshet.server.index.IndexEnvironment;
import io.freshet.server.index.KeyForm;
import io.freshet.server.index.KeyHashes;
import io.freshet.server.index.KeyIndex;
import io.freshet.server.index.KeyIndexConfiguration;
import io.freshet.server.index.KeyIndexConfiguration.Verification;
import io.freshet.server.index.Location;
import io.freshet.server.lake.MovedRows;
import io.freshet.server.log.BucketId;
import io.freshet.server.log.SimulatedDisk;
import io.freshet.server.loop.ManualLoop;
import io.freshet.table.ChangeType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Which rows are live, against a replay of the changes into a map: in any order of decisions,
 * failures of the log, applying, cuts, new bases and compactions.
 */
final class KeyedRowsTest {
  private static final BucketId BUCKET = new BucketId(new UUID(1, 2), 0);
  private static final KeyIndexConfiguration SMALL =
      new KeyIndexConfiguration(6, 1 << 16, 3, Verification.EVERYTHING);

  @Test
  void liveRowsAreThoseOfAReplay() {
    for (long seed = 0; seed < 300; seed++) {
      try (Run run = new Run(seed)) {
        run.steps();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("Seed " + seed + ": " + e.getMessage(), e);
      }
    }
  }

  @Test
  void cutIsRefusedWhileTheLastOneIsTakenIn() {
    try (Run run = new Run(0)) {
      assertThatThrownBy(() -> run.rows.seal(0, 0).join())
          .hasCauseInstanceOf(FreshetException.class)
          .hasMessageContaining(
              "The key index of bucket "
                  + BUCKET
                  + " still takes in the keys of the last tiering: try again after a pause");
    }
  }

  @Test
  void closedKeysRefuseChangesAndForgetFailedOnes() {
    try (Run run = new Run(0)) {
      run.decide();
      Decision pending = run.pending.getFirst();
      run.rows.close();
      assertThatThrownBy(run::decide)
          .isInstanceOf(FreshetException.class)
          .hasMessage("Bucket " + BUCKET + " was closed, as its table is: try again after a pause");
      run.rows.undo(List.of(pending), 0, 0);
    }
  }

  @Test
  void closedKeysTouchTheirFilesUntilWorkThatHasBegunIsDone() {
    try (Run run = new Run(0)) {
      run.run(run.rows::close); // While the first generation to come is being made.
      assertThat(run.rows.closed()).isNotDone();
      while (!run.background.isEmpty()) {
        run.background.remove().run();
        run.loop.runAll();
      }
      assertThat(run.rows.closed()).isCompleted();
    }
  }

  private record Change(long key, boolean isDelete) {}

  /** A live row of the lake: its key, and the offset of the change that made it. */
  private record LakeRow(long key, long offset) {}

  /** What a state was when it was frozen, with the base then. */
  private record Frozen(
      RowCut cut, Map<Long, LakeRow> lake, long tieredOffset, Map<Long, Long> expected) {}

  private static final class Run implements AutoCloseable {
    private final Random random;
    private final BufferAllocator allocator = new RootAllocator();
    private final ManualLoop loop = new ManualLoop();
    private final Deque<Runnable> background = new ArrayDeque<>();
    private final SimulatedDisk disk;
    private final KeyedRows rows;
    private final int keys;
    private final List<Change> changes = new ArrayList<>();
    private final Deque<Decision> pending = new ArrayDeque<>();
    private final List<Frozen> frozen = new ArrayList<>();

    /** By location. */
    private Map<Long, LakeRow> lake = new HashMap<>();

    private long tieredOffset;
    private long endOffset;
    private int nextFile;
    private int generations;
    private @Nullable CompletableFuture<RowCut> cut;
    private CompletableFuture<Void> followed = CompletableFuture.completedFuture(null);

    Run(long seed) {
      random = new Random(seed);
      keys = 1 + random.nextInt(40);
      disk = new SimulatedDisk(seed);
      KeyIndex durable = KeyIndex.create(environment("durable"));
      BucketKeys bucketKeys =
          new BucketKeys(
              BUCKET,
              loop,
              durable,
              newGeneration(),
              () -> CompletableFuture.supplyAsync(this::newGeneration, background::add),
              0);
      rows = new KeyedRows(BUCKET, bucketKeys, 0);
      bucketKeys.start();
    }

    private KeyIndex newGeneration() {
      return KeyIndex.create(environment("fresh-" + generations++ % 2));
    }

    private IndexEnvironment environment(String name) {
      return new IndexEnvironment(
          BUCKET, disk, name, KeyForm.EXACT, 1, loop, background::add, allocator, SMALL);
    }

    void steps() {
      for (int step = 0; step < 250; step++) {
        switch (random.nextInt(13)) {
          case 0, 1, 2 -> decide();
          case 3, 4, 5 -> apply();
          case 6 -> fail();
          case 7 -> seal();
          case 8 -> tier();
          case 9 -> runSome();
          case 10 -> compact();
          default -> freeze();
        }
      }
      while (!pending.isEmpty()) {
        apply();
      }
      freeze();
      for (Frozen each : frozen) {
        assertThat(live(each.cut(), each.lake(), each.tieredOffset()))
            .as("what was frozen stays")
            .isEqualTo(each.expected());
      }
    }

    void decide() {
      int count = 1 + random.nextInt(6);
      long[] hashes = new long[count];
      Map<Long, Long> before = replay(changes.size());
      List<Change> added = new ArrayList<>();
      try (ArrowBuf types = allocator.buffer(4L * count)) {
        for (int row = 0; row < count; row++) {
          Change change = new Change(random.nextInt(keys), random.nextInt(3) == 0);
          added.add(change);
          hashes[row] = change.key();
          types.setInt(
              4L * row, (change.isDelete() ? ChangeType.DELETE : ChangeType.UPDATE_AFTER).code());
        }
        ChangeCodes codes = new ChangeCodes(types);
        KeyHashes exact = KeyHashes.ofExact(hashes, count);
        Decision decision = loop.call(() -> rows.decide(exact, codes, changes.size()));
        decision.describe(codes);
        for (int row = 0; row < count; row++) {
          Change change = added.get(row);
          assertThat(types.getInt(4L * row) == ChangeType.INSERT.code())
              .as("%s is an insert", change)
              .isEqualTo(!change.isDelete() && !before.containsKey(change.key()));
          apply(before, change, changes.size() + row);
        }
        pending.addLast(decision);
        changes.addAll(added);
      }
    }

    private void apply() {
      if (!pending.isEmpty()) {
        Decision decision = pending.removeFirst();
        run(() -> rows.apply(decision));
        endOffset += decision.rows();
      }
    }

    /** The log refuses a batch and all behind it; those before it are written. */
    private void fail() {
      int written = random.nextInt(pending.size() + 1);
      List<Decision> newestFirst = new ArrayList<>();
      while (pending.size() > written) {
        newestFirst.add(pending.removeLast());
      }
      if (!newestFirst.isEmpty()) {
        long nextOffset = newestFirst.get(newestFirst.size() - 1).startOffset();
        changes.subList((int) nextOffset, changes.size()).clear();
        run(() -> rows.undo(newestFirst, nextOffset, endOffset));
      }
    }

    private void seal() {
      CompletableFuture<RowCut> sealed = loop.call(() -> rows.seal(changes.size(), endOffset));
      if (cut != null) {
        assertThat(sealed).as("the cut that there is").isSameAs(cut);
      } else if (!sealed.isCompletedExceptionally()) {
        cut = sealed;
      }
    }

    /** Moves what is below a cut that was reached to the lake, and goes on from there. */
    private void tier() {
      if (cut == null || !cut.isDone() || !followed.isDone()) {
        return;
      }
      RowCut at = cut.join();
      Map<Long, Long> expected = replay((int) at.endOffset());
      assertThat(live(at, lake, tieredOffset)).as("rows at the cut").isEqualTo(expected);
      Map<Long, LakeRow> next = new HashMap<>();
      lake.forEach((location, row) -> {
        if (!isHidden(at, location)) {
          next.put(location, row);
        }
      });
      List<Long> moved = new ArrayList<>();
      KeyHashes removed = new KeyHashes(KeyForm.EXACT);
      for (long offset = tieredOffset; offset < at.endOffset(); offset++) {
        if (changes.get((int) offset).isDelete()) {
          removed.add(KeyHashes.ofExact(new long[] {changes.get((int) offset).key()}, 1), 0);
        }
        if (!at.dead().contains(offset)) {
          moved.add(offset);
        }
      }
      Collections.shuffle(moved, random);
      TieredLocations notes = new TieredLocations(tieredOffset, at.endOffset());
      long[] movedKeys = new long[moved.size()];
      long[] locations = new long[moved.size()];
      for (int position = 0; position < movedKeys.length; position++) {
        long offset = moved.get(position);
        movedKeys[position] = changes.get((int) offset).key();
        locations[position] = Location.ofLake(nextFile, position);
        notes.put(offset, locations[position]);
        next.put(locations[position], new LakeRow(movedKeys[position], offset));
      }
      lake = next;
      tieredOffset = at.endOffset();
      NewBase base =
          new NewBase(
              tieredOffset,
              notes,
              new KeyChanges(removed, KeyHashes.ofExact(movedKeys, movedKeys.length), locations),
              new IndexCheckpoint((long) nextFile++, String.valueOf(tieredOffset), tieredOffset));
      cut = null;
      followed = loop.call(() -> rows.rebase(base));
      freeze();
    }

    /** Moves the live rows of some files to another one. */
    private void compact() {
      if (!followed.isDone()) {
        return;
      }
      Map<Integer, MovedRows> moved = new HashMap<>();
      Map<Long, LakeRow> next = new HashMap<>();
      String newFile = "file-" + nextFile;
      lake.keySet().stream()
          .map(Location::fileNumber)
          .distinct()
          .sorted()
          .filter(file -> random.nextInt(3) == 0)
          .forEach(file -> moved.put(file, new MovedRows(changes.size(), List.of(newFile))));
      long[] newRows = {0};
      lake.forEach((location, row) -> {
        MovedRows rowsOfFile = moved.get(Location.fileNumber(location));
        if (rowsOfFile == null) {
          next.put(location, row);
        } else {
          rowsOfFile.move(Location.position(location), 0, newRows[0]);
          next.put(Location.ofLake(nextFile, newRows[0]++), row);
        }
      });
      lake = next;
      FileMoves moves = new FileMoves(moved, Map.of(newFile, nextFile));
      IndexCheckpoint checkpoint =
          new IndexCheckpoint((long) nextFile++, String.valueOf(tieredOffset), tieredOffset);
      run(() -> rows.move(moves, checkpoint));
      if (cut != null) {
        cut = loop.call(() -> rows.seal(changes.size(), endOffset));
      }
      freeze();
    }

    private void runSome() {
      if (random.nextBoolean()) {
        loop.runAll();
      }
      for (int left = random.nextInt(4); left > 0 && !background.isEmpty(); left--) {
        background.remove().run();
      }
    }

    private void freeze() {
      RowCut now = loop.call(() -> rows.freeze(endOffset));
      Map<Long, Long> expected = replay((int) endOffset);
      assertThat(live(now, lake, tieredOffset)).isEqualTo(expected);
      assertThat(now.liveRows(tieredOffset))
          .isEqualTo(
              LongStream.range(tieredOffset, endOffset)
                  .filter(offset -> !now.dead().contains(offset))
                  .count());
      if (random.nextInt(4) == 0) {
        frozen.add(new Frozen(now, lake, tieredOffset, expected));
      }
    }

    /** The changes that made the live rows, by key; fails if a key has two rows. */
    private Map<Long, Long> live(RowCut state, Map<Long, LakeRow> base, long baseOffset) {
      Map<Long, Long> live = new HashMap<>();
      base.forEach((location, row) -> {
        if (!isHidden(state, location)) {
          assertThat(live.put(row.key(), row.offset())).as("other row of %s", row).isNull();
        }
      });
      for (long offset = baseOffset; offset < state.endOffset(); offset++) {
        if (!state.dead().contains(offset)) {
          long key = changes.get((int) offset).key();
          assertThat(live.put(key, offset)).as("other row of key %d", key).isNull();
        }
      }
      return live;
    }

    private static boolean isHidden(RowCut state, long location) {
      PositionBitmap hidden = state.overlay().get(Location.fileNumber(location));
      return hidden != null && hidden.contains(Location.position(location));
    }

    private Map<Long, Long> replay(int end) {
      Map<Long, Long> replayed = new HashMap<>();
      for (int offset = 0; offset < end; offset++) {
        apply(replayed, changes.get(offset), offset);
      }
      return replayed;
    }

    private static void apply(Map<Long, Long> state, Change change, long offset) {
      if (change.isDelete()) {
        state.remove(change.key());
      } else {
        state.put(change.key(), offset);
      }
    }

    private void run(Runnable task) {
      loop.call(() -> {
        task.run();
        return true;
      });
    }

    @Override
    public void close() {
      run(rows::close);
      while (!background.isEmpty()) {
        background.remove().run();
        loop.runAll();
      }
      loop.runAll();
      allocator.close();
    }
  }
}
