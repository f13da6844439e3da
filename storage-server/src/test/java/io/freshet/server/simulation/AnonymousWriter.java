/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

import static io.freshet.error.FreshetErrorCode.LOG_WRITE_FAILED;
import static io.freshet.error.FreshetErrorCode.OVERLOADED;

import io.freshet.error.FreshetException;
import io.freshet.server.bucket.AppendRequest;
import io.freshet.server.bucket.AppendResult;
import io.freshet.server.simulation.Oracle.Acknowledged;
import io.freshet.server.simulation.SimulatedRows.Part;
import io.freshet.server.table.ServerTable;
import java.util.concurrent.CompletableFuture;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;

/** A writer without an id, which sends each batch once: when it hears nothing, it may be there. */
final class AnonymousWriter implements Actor {
  private final TableSimulation simulation;
  private final int number;
  private long nextSequence;

  AnonymousWriter(TableSimulation simulation, int number) {
    this.simulation = simulation;
    this.number = number;
  }

  @Override
  public void act() {
    SimulatedServer server = simulation.server();
    ServerTable table = server.table();
    if (table == null) {
      return;
    }
    Part part = simulation.rows().newPart(number, nextSequence++);
    ArrowRecordBatch batch = simulation.rows().batch(part.rows(), simulation.allocator());
    CompletableFuture<AppendResult> result =
        table
            .buckets()
            .get(part.bucket())
            .append(
                new AppendRequest(
                    0,
                    null,
                    null,
                    simulation.rows().keys(batch, table, simulation.allocator()),
                    batch));
    int incarnation = simulation.oracle().incarnation();
    result.whenComplete((value, error) ->
        simulation.callback(
            server,
            () -> {
              if (incarnation != simulation.oracle().incarnation()) {
                return; // Of a table that was dropped.
              }
              if (error == null) {
                simulation
                    .oracle()
                    .acknowledge(
                        new Acknowledged(
                            part.bucket(), part.rows(), value.startOffset(), value.endOffset()));
              } else {
                refused(part.rows(), simulation.checkAppendFailure(result));
              }
            }));
  }

  @Override
  public void serverLost() {}

  @Override
  public void tableReplaced() {
    simulation.oracle().expectOnlyFrom(number, nextSequence);
  }

  @Override
  public void finish() {}

  @Override
  public boolean isIdle() {
    return true;
  }

  private void refused(long[] rows, FreshetException error) {
    boolean mayComeBack = String.valueOf(error.getMessage()).contains("may come back");
    if (!mayComeBack && (error.code() == OVERLOADED || error.code() == LOG_WRITE_FAILED)) {
      simulation.oracle().refuse(rows);
    }
  }
}
