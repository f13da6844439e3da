/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks;

/**
 * A query engine in this process, and the tables of a {@link UnionBenchmark} in it: one of Freshet,
 * its base as a plain Iceberg table, and a compacted plain copy. Table names are for {@code FROM}.
 */
public interface SqlEngine extends AutoCloseable {
  /** The Freshet table. */
  String union();

  /** The lake half of the Freshet table, as a plain Iceberg table. */
  String base();

  /** A plain Iceberg table with the rows of the union. */
  String copy();

  /**
   * Makes the Freshet table, whose fresh rows stay fresh: {@code id} (the primary key), {@code
   * customer}, {@code clicks}, {@code visits}, {@code score}, {@code weight}, {@code amount},
   * {@code at}, {@code region} and {@code note}.
   */
  void createUnion();

  /**
   * Upserts those rows of [from, to) whose ids, modulo 100, are in [fromPercent, toPercent).
   *
   * @param update makes the values differ from those of other updates
   */
  void write(int update, long from, long to, int fromPercent, int toPercent);

  /** Moves all fresh rows into the lake. */
  void tier();

  /** Makes the copy anew. */
  void writeCopy();

  /** An aggregate that tells whether two tables have the same notes, whatever their order. */
  String fingerprint();

  /** Reads all rows of a query, and returns the first one as text. */
  String query(String sql);

  /** Processor time that this process and the Freshet server have spent so far. */
  double cpuSeconds();

  @Override
  void close() throws Exception;
}
