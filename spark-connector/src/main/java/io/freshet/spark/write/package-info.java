/**
 * Writes of Spark jobs: rows, and changes by key, as Arrow batches to the server.
 *
 * <p>Invariant: when a task has committed, its rows are durable and visible.
 */
@NullMarked
package io.freshet.spark.write;

import org.jspecify.annotations.NullMarked;
