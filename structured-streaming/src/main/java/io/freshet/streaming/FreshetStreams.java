/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming;

import io.freshet.spark.stream.StreamedTable;
import io.freshet.spark.stream.TableStreams;
import io.freshet.streaming.read.StreamColumns;
import io.freshet.streaming.read.StreamOptions;
import io.freshet.streaming.read.TableStream;
import io.freshet.streaming.write.EpochWrite;
import org.apache.spark.sql.connector.read.streaming.MicroBatchStream;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.streaming.StreamingWrite;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** What a table of the catalog streams. */
public final class FreshetStreams implements TableStreams {
  /** Spark has fixed the columns by the table's definition already. */
  @Override
  public MicroBatchStream newStream(
      StreamedTable table, CaseInsensitiveStringMap options, String checkpointLocation) {
    StreamOptions parsed = StreamOptions.parse(options);
    parsed.checkSameColumns(table);
    return new TableStream(
        table, parsed, StreamColumns.of(table.description(), parsed), checkpointLocation);
  }

  @Override
  public StreamingWrite newWrite(StreamedTable table, LogicalWriteInfo info) {
    return EpochWrite.of(table, info);
  }
}
