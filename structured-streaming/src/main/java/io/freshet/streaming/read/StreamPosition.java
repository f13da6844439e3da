/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming.read;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.error.FreshetException;
import io.freshet.protocol.Json;
import java.util.List;
import java.util.UUID;
import org.apache.spark.sql.connector.read.streaming.Offset;
import org.jspecify.annotations.Nullable;

/**
 * How far a stream has come; what its checkpoint keeps. Public for the sake of its JSON form alone.
 *
 * @param tableId of the table that the offsets are of
 * @param history how far it has come in lake files; null if it reads logs
 * @param offsets of the next change of each bucket, by bucket; those after the history if there is
 *     one
 */
public record StreamPosition(UUID tableId, @Nullable History history, List<Long> offsets) {
  public StreamPosition {
    offsets = List.copyOf(offsets);
  }

  /**
   * Lake files that are read in their order.
   *
   * @param afterSnapshot only files that were added after it; all of the snapshot's if null
   * @param snapshot the last one
   * @param files how many were read
   */
  record History(@Nullable Long afterSnapshot, long snapshot, int files) {
    boolean isOfSameFiles(@Nullable History other) {
      return other != null && new History(afterSnapshot, snapshot, other.files).equals(other);
    }
  }

  static StreamPosition of(Offset offset) {
    return offset instanceof Serialized known ? known.position : fromJson(offset.json());
  }

  static StreamPosition fromJson(String json) {
    try {
      return Json.read(json.getBytes(UTF_8), StreamPosition.class, "An offset of the checkpoint");
    } catch (FreshetException e) {
      throw new FreshetException(
          INVALID_REQUEST,
          String.format(
              "The checkpoint was not written by a stream from a Freshet table, or by another version"
                  + " (%s): use a checkpoint location of its own for each query",
              e.getMessage()),
          e);
    }
  }

  Offset toOffset() {
    return new Serialized(this);
  }

  String json() {
    return Json.writeText(this);
  }

  StreamPosition in(History reached) {
    return new StreamPosition(tableId, reached, offsets);
  }

  StreamPosition at(List<Long> reached) {
    return new StreamPosition(tableId, null, reached);
  }

  /** Spark compares offsets by their JSON. */
  private static final class Serialized extends Offset {
    private final StreamPosition position;

    Serialized(StreamPosition position) {
      this.position = position;
    }

    @Override
    public String json() {
      return position.json();
    }
  }
}
