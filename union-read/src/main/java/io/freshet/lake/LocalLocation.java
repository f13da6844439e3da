/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.lake;

import java.nio.file.Path;
import java.util.Locale;

/**
 * The path of a local location: {@code file:/x}, {@code file:///x} or {@code /x}. Iceberg's
 * locations are not URIs, so nothing in them is decoded: {@code day=2026%2F01} is a folder of that
 * name.
 */
final class LocalLocation {
  private static final String SCHEME = "file:";

  private LocalLocation() {}

  static boolean isLocal(String location) {
    return location.startsWith("/") || hasScheme(location);
  }

  static Path path(String location) {
    String path = hasScheme(location) ? location.substring(SCHEME.length()) : location;
    if (path.startsWith("///")) {
      path = path.substring(2);
    }
    if (!path.startsWith("/") || path.startsWith("//")) {
      throw new IllegalArgumentException(
          "Not a local file: "
              + location
              + ". Local locations are file:/folder/file, file:///folder/file or /folder/file");
    }
    return Path.of(path).normalize();
  }

  private static boolean hasScheme(String location) {
    return location.length() >= SCHEME.length()
        && location.substring(0, SCHEME.length()).toLowerCase(Locale.ROOT).equals(SCHEME);
  }
}
