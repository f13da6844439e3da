/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.transfer;

import io.freshet.protocol.UnionSnapshot;
import io.freshet.reader.BatchSource;
import io.freshet.reader.Projection;
import io.freshet.reader.UnionReader;

/** What a read may be made of. */
public enum UnionPart {
  /** The lake as it is, also with rows that fresh changes have superseded. */
  BASE,
  /** The lake's part of a union read. */
  LAKE,
  /** The other part of a union read. */
  FRESH;

  /** Reads this part; the caller closes the result. */
  public BatchSource read(UnionReader reader, UnionSnapshot snapshot, Projection projection) {
    return switch (this) {
      case BASE -> reader.readLake(snapshot, projection);
      case LAKE -> reader.readLiveLake(snapshot, projection);
      case FRESH -> reader.readFresh(snapshot, projection);
    };
  }
}
