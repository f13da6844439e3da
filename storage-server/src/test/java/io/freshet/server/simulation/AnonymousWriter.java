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
import io.freshet.server.table.ServerTable;
import java.util.concurrent.CompletableFuture;

/** A writer without an id, which sends each batch once: when it hears nothing, it may be there. */
final class AnonymousWriter implements Actor {
  private final LogTableSimulation simulation;
  private final int number;
  private long nextSequence;

  AnonymousWriter(LogTableSimulation simulation, int number) {
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
    int bucket = simulation.random().nextInt(table.buckets().size());
    int count = 1 + simulation.random().nextInt(simulation.settings().maxBatchRows());
    long[] rows = SimulatedRows.of(number, nextSequence++, bucket, count);
    CompletableFuture<AppendResult> result =
        table
            .buckets()
            .get(bucket)
            .append(
                new AppendRequest(
                    0,
                    null,
                    null,
                    null,
                    SimulatedRows.batch(rows, simulation.random(), simulation.allocator())));
    result.whenComplete((value, error) ->
        simulation.callback(
            server,
            () -> {
              if (error == null) {
                simulation
                    .oracle()
                    .acknowledge(
                        new Acknowledged(bucket, rows, value.startOffset(), value.endOffset()));
              } else {
                refused(rows, simulation.checkAppendFailure(result));
              }
            }));
  }

  @Override
  public void serverLost() {}

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
