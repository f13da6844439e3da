/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.freshet.server.index.ManifestFormatV1.Manifest;
import io.freshet.server.index.ManifestFormatV1.RunEntry;
import io.freshet.server.index.MergePolicy.Range;
import io.freshet.server.index.RunMerge.Input;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an index in shape: writes frozen tables as runs, the oldest first; merges runs; brings
 * their locations up to date; completes checkpoints. One write and one merge are under way at most.
 *
 * <p>A checkpoint stands for everything that was frozen when it began, at the generation of that
 * moment. Until its manifest is written, those layers are not merged with newer ones, and go
 * through no newer mapping.
 */
final class IndexMaintenance {
  private static final Logger LOG = LoggerFactory.getLogger(IndexMaintenance.class);

  private final IndexEnvironment environment;
  private final IndexFiles files;
  private final Layers layers;
  private final MergePolicy policy;
  private final BackgroundLane writes;
  private final BackgroundLane merges;
  private final int maxRunsToWrite;
  private long nextFileNumber;

  /** Runs that the manifest on disk names; of two manifests, if one may or may not be there. */
  private Set<Long> pinnedFiles = new HashSet<>();

  /** Runs that the index no longer uses and that are not deleted yet. */
  private final Set<Long> retiredFiles = new HashSet<>();

  private @Nullable PendingCheckpoint checkpoint;
  private @Nullable RebuildNeeded damage;

  private record PendingCheckpoint(
      IndexCheckpoint state, long era, long generation, CompletableFuture<Void> done) {}

  IndexMaintenance(
      IndexEnvironment environment, IndexFiles files, Layers layers, long nextFileNumber) {
    this.environment = environment;
    this.files = files;
    this.layers = layers;
    this.policy = new MergePolicy(environment.configuration().maxRuns());
    this.maxRunsToWrite = 2 * environment.configuration().maxRuns();
    this.nextFileNumber = nextFileNumber;
    this.writes = new BackgroundLane(environment, this::advance, this::failed);
    this.merges = new BackgroundLane(environment, this::advance, this::failed);
    layers.runs().forEach(layer -> pinnedFiles.add(layer.source().fileNumber()));
  }

  @Nullable RebuildNeeded damage() {
    return damage;
  }

  /** Why writing stands still, until {@link #retry}. */
  @Nullable Exception writeFailure() {
    return writes.failure();
  }

  /**
   * Begins a checkpoint of all that is frozen.
   *
   * @return completes when it is durable
   */
  CompletableFuture<Void> checkpoint(IndexCheckpoint state) {
    if (checkpoint != null) {
      return CompletableFuture.failedFuture(
          FreshetException.of(
              FreshetErrorCode.OVERLOADED,
              "A checkpoint of the key index of bucket %s is under way, for offset %d. Try again"
                  + " when it is complete.",
              environment.bucket(),
              checkpoint.state().logOffset()));
    }
    CompletableFuture<Void> done = new CompletableFuture<>();
    checkpoint =
        new PendingCheckpoint(state, layers.endEra(), layers.mappings().generation(), done);
    retry();
    return done;
  }

  /** Tries again what has failed. */
  void retry() {
    writes.unblock();
    merges.unblock();
    advance();
  }

  /** Starts whatever is due; called after each change of the layers. */
  void advance() {
    if (damage != null) {
      return;
    }
    passMappings();
    layers.releaseMappings();
    if (writes.isFree()) {
      PendingCheckpoint pending = checkpoint;
      if (pending != null && isComplete(pending)) {
        writeManifest(pending);
      } else if (!layers.frozen().isEmpty() && layers.runs().size() < maxRunsToWrite) {
        writeOldestFrozen();
      }
    }
    if (merges.isFree()) {
      merge();
    }
  }

  /** Ends the work; what is under way in the background changes nothing any more. */
  CompletableFuture<Void> close() {
    PendingCheckpoint pending = checkpoint;
    checkpoint = null;
    if (pending != null) {
      pending.done().completeExceptionally(new IOException("the key index was closed"));
    }
    return CompletableFuture.allOf(writes.close(), merges.close());
  }

  private void writeOldestFrozen() {
    Layer<KeyTable> layer = layers.frozen().get(layers.frozen().size() - 1);
    KeyTable table = layer.source();
    long target = targetGeneration(layer);
    List<LocationMapping> mappings = layers.mappings().between(layer.generation(), target);
    boolean isOldest = layers.runs().isEmpty();
    long fileNumber = nextFileNumber++;
    writes.start(
        () -> {
          if (!table.acquire()) {
            throw new IOException("the key index was closed");
          }
          try (table) {
            Input input = new Input(table.cursor(), mappings);
            RunMerge merge = new RunMerge(environment.form(), List.of(input), isOldest);
            return files.write(fileNumber, merge, table.entries());
          }
        },
        run -> {
          layers.replaceOldestFrozen(run, target);
          retireIfEmpty(run);
          deleteRetired();
        },
        () -> retiredFiles.add(fileNumber));
  }

  private boolean isComplete(PendingCheckpoint pending) {
    return layers.frozen().stream().noneMatch(layer -> layer.era() <= pending.era())
        && layers.runs().stream()
            .noneMatch(
                layer -> layer.era() <= pending.era() && layer.generation() < pending.generation());
  }

  private void writeManifest(PendingCheckpoint pending) {
    List<RunEntry> runs = new ArrayList<>();
    Set<Long> named = new HashSet<>();
    for (Layer<Run> layer : layers.runs()) {
      Run run = layer.source();
      if (layer.era() <= pending.era()) {
        runs.add(new RunEntry(run.fileNumber(), run.sizeBytes(), run.trailerChecksum()));
        named.add(run.fileNumber());
      }
    }
    Manifest manifest = new Manifest(pending.state(), nextFileNumber, runs);
    pinnedFiles.addAll(named);
    writes.start(
        () -> {
          files.writeManifest(manifest);
          return manifest;
        },
        written -> {
          pinnedFiles = named;
          checkpoint = null;
          pending.done().complete(null);
          deleteRetired();
        },
        () -> {
          // Whether it is there is not known: the runs of both manifests stay.
        });
  }

  private void merge() {
    List<Layer<Run>> runs = layers.runs();
    Optional<Range> range = choose(runs);
    if (range.isEmpty()) {
      return;
    }
    int to = range.get().to();
    List<Layer<Run>> chosen = List.copyOf(runs.subList(range.get().from(), to));
    long target = targetGeneration(chosen.get(0));
    List<Input> inputs = new ArrayList<>();
    long entries = 0;
    for (Layer<Run> layer : chosen) {
      entries += layer.source().entryCount();
      inputs.add(
          new Input(
              layer.source().cursor(), layers.mappings().between(layer.generation(), target)));
    }
    RunMerge merge = new RunMerge(environment.form(), inputs, to == runs.size());
    List<Run> sources = chosen.stream().map(Layer::source).toList();
    long fileNumber = nextFileNumber++;
    long maxEntries = entries;
    merges.start(
        () -> files.write(fileNumber, merge, maxEntries),
        run -> {
          layers.replace(sources, run, target);
          sources.forEach(source -> retiredFiles.add(source.fileNumber()));
          retireIfEmpty(run);
          deleteRetired();
        },
        () -> retiredFiles.add(fileNumber));
  }

  private Optional<Range> choose(List<Layer<Run>> runs) {
    PendingCheckpoint pending = checkpoint;
    int boundary = 0;
    while (pending != null && boundary < runs.size() && runs.get(boundary).era() > pending.era()) {
      boundary++;
    }
    boolean isFull = runs.size() >= maxRunsToWrite;
    Optional<Range> stale = stale(runs, boundary);
    if (stale.isPresent() && pending != null && !isFull) {
      return stale;
    }
    Optional<Range> due =
        policy.choose(runs.stream().map(layer -> layer.source().entryCount()).toList(), boundary);
    return due.isPresent() ? due : stale;
  }

  /** The oldest run whose locations are out of date. */
  private Optional<Range> stale(List<Layer<Run>> runs, int boundary) {
    for (int i = runs.size() - 1; i >= 0; i--) {
      if (runs.get(i).generation() < targetGeneration(runs.get(i))
          && (checkpoint == null || i >= boundary)) {
        return Optional.of(new Range(i, i + 1));
      }
    }
    return Optional.empty();
  }

  /** The generation that a layer may be brought to now. */
  private long targetGeneration(Layer<?> layer) {
    return checkpoint != null && layer.era() <= checkpoint.era()
        ? checkpoint.generation()
        : layers.mappings().generation();
  }

  /** Takes runs to later generations that have no location that moved. */
  private void passMappings() {
    layers
        .runs()
        .replaceAll(layer -> {
          long generation = layer.generation();
          long target = targetGeneration(layer);
          LocationRange range = layer.source().range();
          while (generation < target && !layers.mappings().from(generation).mayMove(range)) {
            generation++;
          }
          return layer.withGeneration(generation);
        });
  }

  private void retireIfEmpty(Run run) {
    if (run.entryCount() == 0) {
      retiredFiles.add(run.fileNumber());
    }
  }

  private void deleteRetired() {
    List<Long> deletable =
        retiredFiles.stream().filter(number -> !pinnedFiles.contains(number)).toList();
    if (deletable.isEmpty() || !merges.isFree()) {
      return;
    }
    merges.start(
        () -> deletable.stream().filter(this::delete).toList(),
        deleted -> retiredFiles.removeAll(Set.copyOf(deleted)),
        () -> {});
  }

  /** Whether it is deleted; if not, that is tried again later. */
  private boolean delete(long fileNumber) {
    try {
      files.delete(fileNumber);
      return true;
    } catch (IOException e) {
      LOG.warn("Cannot delete run {} in {}: {}", fileNumber, files.location(), e.toString());
      return false;
    }
  }

  private void failed(Exception failure) {
    LOG.warn(
        "Cannot write the key index of bucket {} in {}: {}",
        environment.bucket(),
        files.location(),
        failure.toString());
    if (failure instanceof MalformedIndexException malformed) {
      damage = malformed.toRebuild();
    }
    PendingCheckpoint pending = checkpoint;
    if (pending != null) {
      checkpoint = null;
      pending
          .done()
          .completeExceptionally(
              new FreshetException(
                  FreshetErrorCode.LOG_WRITE_FAILED,
                  String.format(
                      "Cannot write the key index of bucket %s in %s: %s. Free some space or check the"
                          + " disk, then try again.",
                      environment.bucket(), files.location(), failure),
                  failure));
    }
  }
}
