/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.read;

import io.freshet.trino.handle.OverlaidSplit;
import io.freshet.trino.server.NodeOverlays;
import io.trino.plugin.iceberg.IcebergSplit;
import io.trino.plugin.iceberg.delete.DeleteFile;
import io.trino.spi.Page;
import io.trino.spi.connector.ConnectorPageSource;
import io.trino.spi.connector.ConnectorSplit;
import io.trino.spi.connector.FixedPageSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.IntFunction;
import org.apache.iceberg.FileFormat;

/** Rows of which a query wants nothing but how many there are, so that none has to be read. */
final class CountedRows {
  /** Pages without columns are counted, not held; so large ones are fine. */
  private static final int PAGE_ROWS = 1 << 16;

  /**
   * A file's first split may begin with its first rows, after what says what kind of file it is.
   */
  private static final int MAGIC_BYTES = 4;

  private CountedRows() {}

  /**
   * @param page makes a page of so many rows
   */
  static ConnectorPageSource of(long rows, IntFunction<Page> page) {
    List<Page> pages = new ArrayList<>();
    for (long counted = 0; counted < rows; counted += PAGE_ROWS) {
      pages.add(page.apply((int) Math.min(PAGE_ROWS, rows - counted)));
    }
    return new FixedPageSource(pages);
  }

  /**
   * The live rows of a lake file that is one split, from its metadata; empty if that does not tell.
   * A deletion vector has as many positions as it says, and no row twice; other deletes may.
   */
  static OptionalLong live(ConnectorSplit split, NodeOverlays overlays) {
    if (split instanceof OverlaidSplit overlaid) {
      OptionalLong base = live(overlaid.lake(), overlays);
      return base.isEmpty()
          ? base
          : OptionalLong.of(base.getAsLong() - overlays.of(overlaid).cardinality());
    }
    if (!(split instanceof IcebergSplit file)
        || file.start() > MAGIC_BYTES
        || file.start() + file.length() != file.fileSize()
        || file.deletes().stream().anyMatch(delete -> delete.format() != FileFormat.PUFFIN)) {
      return OptionalLong.empty();
    }
    long deleted = file.deletes().stream().mapToLong(DeleteFile::recordCount).sum();
    return OptionalLong.of(file.fileRecordCount() - deleted);
  }
}
