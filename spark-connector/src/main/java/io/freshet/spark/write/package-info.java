/**
 * Writes of Spark jobs: rows, and changes by key, as Arrow batches to the server.
 *
 * <p>Invariant: the rows of a job are visible all at once when it has committed, else none is.
 */
@NullMarked
package io.freshet.spark.write;

import org.jspecify.annotations.NullMarked;
