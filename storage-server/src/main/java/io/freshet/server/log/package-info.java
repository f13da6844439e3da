/**
 * The durable, ordered sequence of changes of each bucket: its interface and its local
 * implementation.
 *
 * <p>Invariant: an entry whose {@code append} has completed is read back, byte for byte, after any
 * crash.
 *
 * <p>Invariant: offsets are dense: an entry starts where the one before it ended.
 */
@NullMarked
package io.freshet.server.log;

import org.jspecify.annotations.NullMarked;
