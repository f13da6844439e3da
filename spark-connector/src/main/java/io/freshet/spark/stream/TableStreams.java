/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.stream;

import static io.freshet.error.FreshetErrorCode.UNSUPPORTED;

import io.freshet.error.FreshetException;
import java.util.ServiceLoader;
import org.apache.spark.sql.connector.read.streaming.MicroBatchStream;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.streaming.StreamingWrite;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** Makes streams of tables. A service: the module of Structured Streaming has the one provider. */
public interface TableStreams {
  /**
   * A stream of a table's rows.
   *
   * @param options of the read
   * @param checkpointLocation a folder for the stream's own notes, which may not exist yet
   */
  MicroBatchStream newStream(
      StreamedTable table, CaseInsensitiveStringMap options, String checkpointLocation);

  /** A write of one query's epochs into a table. */
  StreamingWrite newWrite(StreamedTable table, LogicalWriteInfo info);

  /**
   * The provider on the class path.
   *
   * @param table for the message
   * @throws FreshetException UNSUPPORTED if there is none
   */
  static TableStreams installed(String table) {
    return ServiceLoader.load(TableStreams.class, TableStreams.class.getClassLoader())
        .findFirst()
        .orElseThrow(() ->
            FreshetException.of(
                UNSUPPORTED,
                "Table %s can't be streamed: freshet-structured-streaming is not on the class path. The"
                    + " jar freshet-spark-runtime has it; or add it beside freshet-spark-connector.",
                table));
  }
}
