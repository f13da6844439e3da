/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

/**
 * Which files are worth rewriting, and how much at once.
 *
 * @param minFiles so many small files of a partition are joined
 * @param deleteRatio a file of which so large a part is deleted is rewritten; above 0, at most 1
 * @param maxGroupBytes how large the files are together that are rewritten in one go; their rows
 *     are in memory all at once
 */
public record RewriteLimits(int minFiles, double deleteRatio, long maxGroupBytes) {
  public static final long DEFAULT_MAX_GROUP_BYTES = 512L << 20;
}
