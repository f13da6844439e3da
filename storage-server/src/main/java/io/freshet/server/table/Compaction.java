/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.table;

import io.freshet.error.FreshetException;
import io.freshet.protocol.CompactResult;
import io.freshet.server.lake.CommitOutcome;
import io.freshet.server.lake.LakeTable;
import io.freshet.server.lake.RewriteGroup;
import io.freshet.server.lake.RewriteLimits;
import io.freshet.server.lake.RewrittenFiles;
import io.freshet.table.TableName;
import io.freshet.table.TableOptions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rewrites lake files that are small or largely deleted, group by group, beside everything else:
 * only the commit of a group waits for a tiering that is under way. Belongs to the table's event
 * loop.
 */
final class Compaction {
  private static final Logger LOG = LoggerFactory.getLogger(Compaction.class);

  private final TableName table;
  private final TableContext context;
  private final LakeTable lake;
  private final Function<RewrittenFiles, CompletableFuture<CommitOutcome>> commit;
  private List<CompletableFuture<CompactResult>> waiting = new ArrayList<>();
  private @Nullable Run running;

  /** One compaction, and what it has done so far. */
  private static final class Run {
    private final long startMillis;
    private final List<CompletableFuture<CompactResult>> requests;
    private final Deque<RewriteGroup> groups = new ArrayDeque<>();
    private int filesBefore;
    private int filesAfter;
    private @Nullable Long snapshotId;

    Run(long startMillis, List<CompletableFuture<CompactResult>> requests) {
      this.startMillis = startMillis;
      this.requests = requests;
    }
  }

  /**
   * @param commit commits rewritten files when no tiering is under way
   */
  Compaction(
      TableName table,
      TableContext context,
      LakeTable lake,
      Function<RewrittenFiles, CompletableFuture<CommitOutcome>> commit) {
    this.table = table;
    this.context = context;
    this.lake = lake;
    this.commit = commit;
  }

  /** Compacts now, or after the compaction that is under way. */
  void request(TableOptions options, CompletableFuture<CompactResult> result) {
    waiting.add(result);
    start(options);
  }

  /** Starts a compaction unless one is under way; it does nothing if no file is worth it. */
  void start(TableOptions options) {
    if (running != null) {
      return;
    }
    Run run = new Run(context.clock().millis(), waiting);
    waiting = new ArrayList<>();
    running = run;
    RewriteLimits limits =
        new RewriteLimits(
            options.compactionMinFiles(),
            options.compactionDeleteRatio(),
            RewriteLimits.DEFAULT_MAX_GROUP_BYTES);
    CompletableFuture.supplyAsync(() -> lake.rewriteGroups(limits), context.blocking())
        .whenCompleteAsync(
            (groups, error) -> {
              if (error != null) {
                end(run, options, error);
              } else {
                run.groups.addAll(groups);
                next(run, options);
              }
            },
            context.loop());
  }

  /** Fails all who wait. */
  void close(FreshetException reason) {
    waiting.forEach(request -> request.completeExceptionally(reason));
    waiting = new ArrayList<>();
    if (running != null) {
      running.requests.forEach(request -> request.completeExceptionally(reason));
    }
  }

  private void next(Run run, TableOptions options) {
    RewriteGroup group = run.groups.pollFirst();
    if (group == null) {
      end(run, options, null);
      return;
    }
    CompletableFuture.supplyAsync(
            () -> lake.rewrite(group, context.allocator()), context.blocking())
        .thenComposeAsync(
            files -> commit.apply(files).thenApply(outcome -> done(run, files, outcome)),
            context.loop())
        .whenCompleteAsync(
            (done, error) -> {
              if (error != null) {
                end(run, options, error);
              } else {
                next(run, options);
              }
            },
            context.loop());
  }

  private static boolean done(Run run, RewrittenFiles files, CommitOutcome outcome) {
    if (outcome instanceof CommitOutcome.Committed committed) {
      run.filesBefore += files.group().files().size();
      run.filesAfter += files.files().size();
      run.snapshotId = committed.state().snapshotId();
      return true;
    }
    throw outcome instanceof CommitOutcome.Rejected rejected
        ? rejected.reason()
        : outcome instanceof CommitOutcome.Conflict conflict
            ? conflict.reason()
            : ((CommitOutcome.Unknown) outcome).reason();
  }

  private void end(Run run, TableOptions options, @Nullable Throwable error) {
    running = null;
    long millis = context.clock().millis() - run.startMillis;
    if (run.filesBefore > 0) {
      LOG.info(
          "Compacted {} lake files of table {} into {} in {} ms",
          run.filesBefore,
          table,
          run.filesAfter,
          millis);
    }
    if (error != null) {
      Throwable cause =
          error instanceof CompletionException && error.getCause() != null
              ? error.getCause()
              : error;
      LOG.warn(
          "Compaction of table {} stopped and will be tried again: {}", table, cause.toString());
      run.requests.forEach(request -> request.completeExceptionally(cause));
    } else {
      CompactResult result =
          new CompactResult(run.snapshotId, run.filesBefore, run.filesAfter, millis);
      run.requests.forEach(request -> request.complete(result));
    }
    if (!waiting.isEmpty()) {
      start(options);
    }
  }
}
