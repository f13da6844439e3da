/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.protocol;

/**
 * What a client should know of the server.
 *
 * @param lakeUri address of the Iceberg REST catalog with the warehouse {@code lake}
 * @param epoch grows with every start of the server
 */
public record ServerInfo(String version, long epoch, String lakeUri, Limits limits) {
  /** What the server refuses to exceed. */
  public record Limits(long batchBytes, long leaseMillis) {}
}
