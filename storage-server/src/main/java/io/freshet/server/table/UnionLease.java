/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.table;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;

import io.freshet.error.FreshetException;
import io.freshet.overlay.PositionBitmap;
import io.freshet.protocol.OverlayVector;
import io.freshet.server.keys.RowCut;
import io.freshet.server.lake.LakeState;
import io.freshet.table.TableDefinition;
import java.util.List;
import java.util.Map;

/**
 * A union snapshot as the server keeps it: reads see the base without what the overlays hide, and
 * the live fresh rows from the base's tiered offsets up to the cuts.
 *
 * @param cuts of all buckets at the moment of the plan
 * @param overlays by location of a data file of the base; not to be changed
 */
public record UnionLease(
    String snapshot,
    TableDefinition definition,
    LakeState base,
    List<RowCut> cuts,
    Map<String, PositionBitmap> overlays,
    long expiresAtMillis) {
  public UnionLease {
    cuts = List.copyOf(cuts);
    overlays = Map.copyOf(overlays);
  }

  OverlayVector overlay(String dataFile) {
    PositionBitmap positions = overlays.get(dataFile);
    if (positions == null) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "Union snapshot %s of table %s has no overlay of %s: ask for files that its plan names",
          snapshot,
          definition.name(),
          dataFile);
    }
    return OverlayVector.of(dataFile, positions);
  }

  UnionLease withExpiry(long newExpiresAtMillis) {
    return new UnionLease(snapshot, definition, base, cuts, overlays, newExpiresAtMillis);
  }
}
