/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.containers;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.testcontainers.DockerClientFactory;

/** What these tests need of the machine. */
final class Docker {
  /** How a container calls the machine that it runs on. */
  static final String HOST = "host.testcontainers.internal";

  private Docker() {}

  /** Skips the test where there is no Docker. */
  static void assume() {
    assumeTrue(
        DockerClientFactory.instance().isDockerAvailable(),
        "No Docker answers here, so the images were not tried: start it, or set DOCKER_HOST");
  }
}
