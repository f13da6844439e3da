/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.input;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.arrow.ArrowRows;
import io.freshet.table.ColumnText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.RootAllocator;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;

/** Writes input files and reads them back as records; every buffer must be released. */
final class InputFiles {
  private InputFiles() {}

  static Path write(Path folder, String name, String text) throws IOException {
    return Files.write(folder.resolve(name), text.getBytes(UTF_8));
  }

  static List<Record> read(Path file, Schema table, InputOptions options) {
    return read(file, table, options, 1000);
  }

  static List<Record> read(Path file, Schema table, InputOptions options, int batchRows) {
    List<Record> records = new ArrayList<>();
    try (RootAllocator allocator = new RootAllocator();
        RowBatches batches =
            RowFile.of(file.toString(), options).read(table, allocator, batchRows)) {
      while (batches.next()) {
        assertThat(batches.batch().getRowCount()).isBetween(1, batchRows);
        records.addAll(new ArrowRows(table, batches.batch()).copyAll());
      }
      assertThat(batches.fraction()).isEqualTo(1);
      batches.totalRows().ifPresent(total -> assertThat(total).isEqualTo(records.size()));
    }
    return records;
  }

  /** Rows as texts, as "Record(a, null)". */
  static List<String> readTexts(Path file, String columns, InputOptions options) {
    return read(file, ColumnText.parse(columns), options).stream().map(Object::toString).toList();
  }

  static String inferred(Path file, InputOptions options) {
    return ColumnText.format(RowFile.of(file.toString(), options).inferSchema());
  }
}
