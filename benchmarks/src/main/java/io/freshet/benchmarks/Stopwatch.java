/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;

/**
 * The time that work takes, and the processor time that this process and servers spend on it. Other
 * work on the machine changes the first a lot and the second little.
 */
final class Stopwatch {
  /** Processor time is counted in ticks of 10 ms: less than a tick can't be told apart. */
  static final double TICK_SECONDS = 0.01;

  private final List<ServerProcess> servers;
  private final long startNanos = System.nanoTime();
  private final double startCpuSeconds;

  private Stopwatch(List<ServerProcess> servers) {
    this.servers = List.copyOf(servers);
    this.startCpuSeconds = cpuSeconds(servers);
  }

  static Stopwatch start(List<ServerProcess> servers) {
    return new Stopwatch(servers);
  }

  double seconds() {
    return (System.nanoTime() - startNanos) / 1e9;
  }

  /** Of all processes together. */
  double cpuSeconds() {
    return Math.max(TICK_SECONDS, cpuSeconds(servers) - startCpuSeconds);
  }

  private static double cpuSeconds(List<ServerProcess> servers) {
    OperatingSystemMXBean own =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return own.getProcessCpuTime() / 1e9
        + servers.stream().mapToDouble(ServerProcess::cpuSeconds).sum();
  }
}
