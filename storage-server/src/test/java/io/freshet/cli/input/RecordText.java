/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.input;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.apache.iceberg.StructLike;
import org.jspecify.annotations.Nullable;

/** Rows as texts that are equal if the rows are, whatever classes hold their values. */
final class RecordText {
  private RecordText() {}

  static String of(@Nullable Object value) {
    if (value instanceof StructLike struct) {
      StringJoiner text = new StringJoiner(", ", "(", ")");
      for (int i = 0; i < struct.size(); i++) {
        text.add(of(struct.get(i, Object.class)));
      }
      return text.toString();
    }
    if (value instanceof List<?> list) {
      return list.stream().map(RecordText::of).toList().toString();
    }
    if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(entry -> of(entry.getKey()) + "=" + of(entry.getValue()))
          .sorted()
          .toList()
          .toString();
    }
    if (value instanceof byte[] bytes) {
      return HexFormat.of().formatHex(bytes);
    }
    if (value instanceof ByteBuffer buffer) {
      byte[] bytes = new byte[buffer.remaining()];
      buffer.duplicate().get(bytes);
      return HexFormat.of().formatHex(bytes);
    }
    return String.valueOf(value);
  }
}
