/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.arrow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;

/** Comparisons of rows by value. */
public final class RecordAssertions {
  private RecordAssertions() {}

  public static void assertSame(String what, List<Record> actual, List<Record> expected) {
    assertThat(actual).as(what).hasSameSizeAs(expected);
    for (int i = 0; i < actual.size(); i++) {
      assertThat(values(actual.get(i)))
          .as("%s, row %d", what, i)
          .isEqualTo(values(expected.get(i)));
    }
  }

  /** A row as nested lists: a record's own equality compares byte arrays by identity. */
  public static @Nullable Object values(@Nullable Object value) {
    if (value instanceof Record record) {
      Object[] values = new Object[record.size()];
      Arrays.setAll(values, i -> values(record.get(i)));
      return Arrays.asList(values);
    }
    if (value instanceof byte[] bytes) {
      return Arrays.toString(bytes);
    }
    if (value instanceof List<?> list) {
      return list.stream().map(RecordAssertions::values).toList();
    }
    if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(entry -> Arrays.asList(values(entry.getKey()), values(entry.getValue())))
          .toList();
    }
    return value;
  }
}
