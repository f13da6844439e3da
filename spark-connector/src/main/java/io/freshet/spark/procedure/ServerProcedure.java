/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.procedure;

import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.connector.catalog.procedures.BoundProcedure;
import org.apache.spark.sql.connector.catalog.procedures.UnboundProcedure;
import org.apache.spark.sql.connector.read.LocalScan;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/** A procedure whose result is one row. It takes the same arguments each time. */
abstract class ServerProcedure implements UnboundProcedure, BoundProcedure {
  /** The columns of the result. */
  abstract StructType result();

  /** Does it, and returns the values of {@link #result}, in Spark's internal form. */
  abstract List<@Nullable Object> run(InternalRow arguments);

  @Override
  public final BoundProcedure bind(StructType argumentTypes) {
    return this;
  }

  @Override
  public final boolean isDeterministic() {
    return false;
  }

  @Override
  public final Iterator<Scan> call(InternalRow arguments) {
    InternalRow row = new GenericInternalRow(run(arguments).toArray());
    return List.<Scan>of(new Result(result(), row)).iterator();
  }

  static UTF8String text(String value) {
    return UTF8String.fromString(value);
  }

  private record Result(StructType readSchema, InternalRow row) implements LocalScan {
    @Override
    public InternalRow[] rows() {
      return new InternalRow[] {row};
    }
  }
}
