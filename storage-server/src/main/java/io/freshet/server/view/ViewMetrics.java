/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.view;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The meters of the fresh view, tagged with the format version. */
public final class ViewMetrics {
  private static final String VERSION = "format_version";

  private final MeterRegistry registry;

  public ViewMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  /**
   * A virtual snapshot was built.
   *
   * @param written locations of new files
   */
  void built(Dialect dialect, long nanos, VirtualSnapshot built, Set<String> written) {
    String version = Integer.toString(dialect.formatVersion());
    registry.timer("freshet.view.build", VERSION, version).record(nanos, TimeUnit.NANOSECONDS);
    registry.counter("freshet.view.files.written", VERSION, version).increment(written.size());
    registry.counter("freshet.view.bytes.written", VERSION, version).increment(built.newBytes());
  }

  void failed(Dialect dialect) {
    String version = Integer.toString(dialect.formatVersion());
    registry.counter("freshet.view.failures", VERSION, version).increment();
  }

  /** Meters of what the view has now. */
  void watch(FreshView view) {
    registry.gauge("freshet.view.files", view, watched -> (double) watched.files());
    registry.gauge("freshet.view.age.seconds", view, watched -> watched.ageMillis() / 1000.0);
  }
}
