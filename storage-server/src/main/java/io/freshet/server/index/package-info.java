/**
 * The key index of a bucket of a primary-key table: from a key to the location of its newest row.
 *
 * <p>Invariant: an index is derived state. Whatever is lost or corrupt, it is never guessed: it is
 * rebuilt from the key columns of the lake and the log.
 *
 * <p>Invariant: a run file is never changed. The manifest names the runs of the last complete
 * checkpoint; the files that it names are there, whole and durable.
 */
@NullMarked
package io.freshet.server.index;

import org.jspecify.annotations.NullMarked;
