/**
 * The fresh view: union snapshots as Iceberg snapshots that any Iceberg reader can read. A
 * <em>virtual snapshot</em> is the base, fresh rows as Parquet files, and deletes for what they
 * supersede, in files of the server's own that no catalog of the lake refers to.
 *
 * <p>Invariant: a file of a virtual snapshot never changes, and is there until the snapshot's lease
 * has ended; after that a reader may miss a file, but never reads other rows.
 */
@NullMarked
package io.freshet.server.view;

import org.jspecify.annotations.NullMarked;
