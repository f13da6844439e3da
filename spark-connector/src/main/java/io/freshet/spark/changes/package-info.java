/**
 * {@code ns.t.changes}: the changes of a table's log as rows.
 *
 * <p>Invariant: all scans of one table object end at the same offsets, so that one query reads one
 * state of the log.
 */
@NullMarked
package io.freshet.spark.changes;

import org.jspecify.annotations.NullMarked;
