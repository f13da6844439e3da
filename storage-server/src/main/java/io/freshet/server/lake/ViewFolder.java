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
 * Where the files of virtual snapshots are: below the lake table's location, since whoever may read
 * the table may read there. The underscore makes other writers' removal of orphan files pass over
 * it.
 */
public final class ViewFolder {
  private static final String NAME = "_fresh";

  private ViewFolder() {}

  /** The folder of a table, without a slash at its end. */
  public static String of(String tableLocation) {
    return (tableLocation.endsWith("/") ? tableLocation : tableLocation + "/") + NAME;
  }
}
