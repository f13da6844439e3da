/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

/**
 * Bounds of the locations in a run: its fresh offsets and its lake files. A start is inclusive, an
 * end exclusive; both are 0 if there are none of the kind.
 */
public record LocationRange(
    long startOffset, long endOffset, int startFileNumber, int endFileNumber) {
  static final LocationRange EMPTY = new LocationRange(0, 0, 0, 0);

  public boolean hasFresh() {
    return startOffset < endOffset;
  }

  public boolean hasLake() {
    return startFileNumber < endFileNumber;
  }
}
