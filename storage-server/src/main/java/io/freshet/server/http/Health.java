/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.http;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * Whether the server can do its work now.
 *
 * @param reason why it can't, or null if it can
 */
public record Health(@Nullable String reason) {
  public static Health up() {
    return new Health(null);
  }

  public static Health down(String reason) {
    return new Health(requireNonNull(reason, "reason"));
  }

  public boolean isUp() {
    return reason == null;
  }
}
