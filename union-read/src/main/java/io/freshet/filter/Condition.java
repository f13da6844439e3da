/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.filter;

import org.apache.arrow.vector.VectorSchemaRoot;

/** A bound expression without negations. */
sealed interface Condition {
  /** The rows of a batch that fulfil the condition; the caller may change the result. */
  Bitmap evaluate(VectorSchemaRoot batch);

  record Constant(boolean value) implements Condition {
    @Override
    public Bitmap evaluate(VectorSchemaRoot batch) {
      return value ? Bitmap.full(batch.getRowCount()) : new Bitmap(batch.getRowCount());
    }
  }

  record And(Condition left, Condition right) implements Condition {
    static Condition of(Condition left, Condition right) {
      if (left instanceof Constant constant) {
        return constant.value() ? right : left;
      }
      if (right instanceof Constant constant) {
        return constant.value() ? left : right;
      }
      return new And(left, right);
    }

    @Override
    public Bitmap evaluate(VectorSchemaRoot batch) {
      Bitmap result = left.evaluate(batch);
      if (!result.isEmpty()) {
        result.and(right.evaluate(batch));
      }
      return result;
    }
  }

  record Or(Condition left, Condition right) implements Condition {
    static Condition of(Condition left, Condition right) {
      if (left instanceof Constant constant) {
        return constant.value() ? left : right;
      }
      if (right instanceof Constant constant) {
        return constant.value() ? right : left;
      }
      return new Or(left, right);
    }

    @Override
    public Bitmap evaluate(VectorSchemaRoot batch) {
      Bitmap result = left.evaluate(batch);
      if (!result.isFull()) {
        result.or(right.evaluate(batch));
      }
      return result;
    }
  }

  /** Rows with null in the column, or in a struct around it. */
  record IsNull(ColumnPath path) implements Condition {
    @Override
    public Bitmap evaluate(VectorSchemaRoot batch) {
      Bitmap result = path.resolve(batch).validity(batch.getRowCount());
      result.invert();
      return result;
    }
  }

  /** Rows without null in the column, nor in a struct around it. */
  record NotNull(ColumnPath path) implements Condition {
    @Override
    public Bitmap evaluate(VectorSchemaRoot batch) {
      return path.resolve(batch).validity(batch.getRowCount());
    }
  }

  /** Rows whose value passes the test; rows with null don't. */
  record Passes(ColumnPath path, ValueTest test) implements Condition {
    @Override
    public Bitmap evaluate(VectorSchemaRoot batch) {
      int rows = batch.getRowCount();
      ColumnPath.Resolved column = path.resolve(batch);
      Bitmap result = new Bitmap(rows);
      if (rows > 0) {
        test.test(column.vector(), rows, result.words());
        result.clearTail();
        result.and(column.validity(rows));
      }
      return result;
    }
  }

  /** Rows whose value fails the test, and rows with null. */
  record Fails(ColumnPath path, ValueTest test) implements Condition {
    @Override
    public Bitmap evaluate(VectorSchemaRoot batch) {
      Bitmap result = new Passes(path, test).evaluate(batch);
      result.invert();
      return result;
    }
  }
}
