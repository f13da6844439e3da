/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.log;

/** The local log on a simulated disk, with segments so small that they fill all the time. */
final class LocalLogTest extends BucketLogContractTest {
  private final ManualExecutor executor = new ManualExecutor();
  private SimulatedDisk disk = new SimulatedDisk(1);

  @Override
  Log start() {
    return new LocalLog(
        disk,
        executor,
        allocator,
        () -> now,
        LocalLogConfiguration.DEFAULT.withSegmentSizeBytes(2_000));
  }

  @Override
  void crash() {
    executor.clear();
    disk = disk.crash();
  }

  @Override
  void settle() {
    executor.runAll();
  }
}
