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
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;

/**
 * Bytes of a record that go beside its JSON, one after the other, where the JSON has their lengths.
 * JSON that stands alone has them in base64.
 */
final class AttachedBytes {
  private static final Object KEY = AttachedBytes.class;

  private final Deque<byte[]> left;

  private AttachedBytes(Collection<byte[]> attached) {
    this.left = new ArrayDeque<>(attached);
  }

  /** What a writer is given to add bytes to, and a reader to take them from. */
  static Object key() {
    return KEY;
  }

  /** For a reader: the bytes in the order in which the JSON speaks of them. */
  static AttachedBytes of(List<byte[]> attached) {
    return new AttachedBytes(attached);
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
          context.getAttribute(KEY) instanceof AttachedBytes attached ? attached.left.poll() : null;
      if (next == null || next.length != length) {
        throw JsonMappingException.from(
            in,
            String.format(
                "%d bytes should go with it, and there are %s",
                length, next == null ? "none" : next.length));
      }
      return next;
    }
  }
}
