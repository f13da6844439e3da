/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks.index;

import io.freshet.server.index.IndexCheckpoint;
import io.freshet.server.index.IndexEnvironment;
import io.freshet.server.index.KeyForm;
import io.freshet.server.index.KeyHashes;
import io.freshet.server.index.KeyIndex;
import io.freshet.server.index.KeyIndexConfiguration;
import io.freshet.server.log.BucketId;
import io.freshet.server.log.LocalDisk;
import io.freshet.server.loop.EventLoop;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.apache.arrow.memory.RootAllocator;

/** The key index, with the measuring thread as its loop and two threads in the background. */
final class FreshetKeyStore implements KeyStore {
  private final RootAllocator allocator = new RootAllocator();
  private final ExecutorService background = Executors.newFixedThreadPool(2);
  private final CallerLoop loop = new CallerLoop();
  private final KeyForm form;
  private final KeyIndex index;

  FreshetKeyStore(Path folder, KeyForm form) {
    this.form = form;
    this.index =
        KeyIndex.create(
            new IndexEnvironment(
                new BucketId(new UUID(0, 1), 0),
                new LocalDisk(folder),
                "freshet",
                form,
                1,
                loop,
                background,
                allocator,
                KeyIndexConfiguration.DEFAULT));
  }

  @Override
  public void load(long[] first, long[] second, long[] locations, int count) throws Exception {
    waitForRoom(count);
    index.put(keys(first, second, count), locations);
  }

  @Override
  public void upsert(long[] first, long[] second, long[] locations, long[] previous, int count)
      throws Exception {
    waitForRoom(count);
    index.upsert(keys(first, second, count), locations, previous);
  }

  @Override
  public void get(long[] first, long[] second, long[] locations, int count) {
    index.get(keys(first, second, count), locations);
  }

  @Override
  public void settle() throws Exception {
    Future<Void> done = index.checkpoint(new IndexCheckpoint(1L, "", 0));
    while (!done.isDone()) {
      loop.events.take().run();
    }
    // The merges that this has set off.
    background.submit(() -> {}).get();
    loop.drain();
  }

  @Override
  public String size(long keys) {
    return String.format(
        "%.1f bytes a key in %d runs, %.1f MiB of tables",
        (double) index.runBytes() / keys, index.runCount(), index.memoryBytes() / 1048576.0);
  }

  @Override
  public void close() throws Exception {
    index.close();
    index.closed().get();
    background.shutdown();
    allocator.close();
  }

  private KeyHashes keys(long[] first, long[] second, int count) {
    return form == KeyForm.EXACT
        ? KeyHashes.ofExact(first, count)
        : KeyHashes.ofHashed(first, second, count);
  }

  private void waitForRoom(int count) throws InterruptedException {
    loop.drain();
    while (index.freeEntries() < count) {
      loop.events.take().run();
    }
  }

  /** Events wait until the measuring thread runs them. */
  private static final class CallerLoop implements EventLoop {
    final LinkedBlockingQueue<Runnable> events = new LinkedBlockingQueue<>();

    void drain() {
      for (Runnable event = events.poll(); event != null; event = events.poll()) {
        event.run();
      }
    }

    @Override
    public void execute(Runnable event) {
      events.add(event);
    }

    @Override
    public void submit(Runnable request) {
      events.add(request);
    }

    @Override
    public <T> T call(Supplier<T> task) {
      return task.get();
    }

    @Override
    public void schedule(Duration delay, Runnable event) {
      throw new UnsupportedOperationException("An index has no timers");
    }

    @Override
    public boolean isInLoop() {
      return true;
    }
  }
}
