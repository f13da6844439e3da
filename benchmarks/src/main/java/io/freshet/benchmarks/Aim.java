/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks;

/** What a measured value shall reach. */
public record Aim(Direction direction, double bound) {
  /** On which side of the bound. */
  public enum Direction {
    AT_LEAST("≥"),
    AT_MOST("≤");

    final String sign;

    Direction(String sign) {
      this.sign = sign;
    }
  }

  public static Aim atLeast(double bound) {
    return new Aim(Direction.AT_LEAST, bound);
  }

  public static Aim atMost(double bound) {
    return new Aim(Direction.AT_MOST, bound);
  }

  boolean isMetBy(double value) {
    return direction == Direction.AT_LEAST ? value >= bound : value <= bound;
  }
}
