/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Bytes of a record that go beside its JSON, one after the other, where the JSON has their lengths.
 * They travel joined, since many small parts would cost more than what is in them. JSON that stands
 * alone has them in base64.
 */
final class AttachedBytes {
  private static final Object KEY = AttachedBytes.class;

  /** A reader can take one in while the next is on its way; larger arrays are hard on the heap. */
  private static final int PART_BYTES = 256 << 10;

  /** Parts of which not all was taken. */
  private final Deque<ByteBuffer> left = new ArrayDeque<>();

  private long leftBytes;

  private AttachedBytes(List<byte[]> parts) {
    for (byte[] part : parts) {
      left.add(ByteBuffer.wrap(part));
      leftBytes += part.length;
    }
  }

  /** What a writer is given to add bytes to, and a reader to take them from. */
  static Object key() {
    return KEY;
  }

  /**
   * For a reader.
   *
   * @param parts that have the bytes together, in the order in which the JSON speaks of them
   */
  static AttachedBytes of(List<byte[]> parts) {
    return new AttachedBytes(parts);
  }

  /** The same bytes in few parts. */
  static List<byte[]> join(List<byte[]> bytes) {
    List<byte[]> joined = new ArrayList<>();
    for (int from = 0; from < bytes.size(); ) {
      int to = from;
      long size = 0;
      do {
        size += bytes.get(to++).length;
      } while (to < bytes.size() && size + bytes.get(to).length <= PART_BYTES);
      ByteBuffer part = ByteBuffer.allocate(Math.toIntExact(size));
      bytes.subList(from, to).forEach(part::put);
      joined.add(part.array());
      from = to;
    }
    return joined;
  }

  /** The next bytes; fewer if there are not so many. */
  private byte[] take(int length) {
    byte[] taken = new byte[(int) Math.max(0, Math.min(length, leftBytes))];
    int count = 0;
    while (count < taken.length) {
      ByteBuffer part = left.element();
      int more = Math.min(part.remaining(), taken.length - count);
      part.get(taken, count, more);
      count += more;
      if (!part.hasRemaining()) {
        left.remove();
      }
    }
    leftBytes -= count;
    return taken;
  }

  static final class Writer extends JsonSerializer<byte[]> {
    @Override
    @SuppressWarnings("unchecked") // Only Json sets the attribute.
    public void serialize(byte[] value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      Object attached = provider.getAttribute(KEY);
      if (attached == null) {
        out.writeBinary(value);
      } else {
        ((List<byte[]>) attached).add(value);
        out.writeNumber(value.length);
      }
    }
  }

  static final class Reader extends JsonDeserializer<byte[]> {
    @Override
    public byte[] deserialize(JsonParser in, DeserializationContext context) throws IOException {
      if (!in.currentToken().isNumeric()) {
        return in.getBinaryValue();
      }
      int length = in.getIntValue();
      byte[] next =
          context.getAttribute(KEY) instanceof AttachedBytes attached
              ? attached.take(length)
              : new byte[0];
      if (next.length != length) {
        throw JsonMappingException.from(
            in, String.format("%d bytes should go with it, and there are %d", length, next.length));
      }
      return next;
    }
  }
}
