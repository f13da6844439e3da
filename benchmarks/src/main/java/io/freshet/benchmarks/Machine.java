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
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What the numbers were measured on.
 *
 * @param diskMegabytesPerSecond of one stream, with a sync at its end
 */
public record Machine(
    int cores,
    long memoryBytes,
    String jdk,
    String kernel,
    double loadBefore,
    double diskMegabytesPerSecond) {
  private static final long DISK_TEST_BYTES = 512L << 20;

  /**
   * Looks at this machine, and measures its disk.
   *
   * @param folder on that disk
   */
  public static Machine look(Path folder) throws IOException {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    double load = system.getSystemLoadAverage();
    return new Machine(
        system.getAvailableProcessors(),
        system.getTotalMemorySize(),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.version"),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        load,
        new RawDisk(folder).streamMegabytesPerSecond(DISK_TEST_BYTES));
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d cores, %d GiB, %s, %s, disk %.0f MB/s written and synced, load before %.1f",
        cores,
        Math.round(memoryBytes / (double) (1L << 30)),
        jdk,
        kernel,
        diskMegabytesPerSecond,
        loadBefore);
  }
}
