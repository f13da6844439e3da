/**
 * What the changes of a primary-key table supersede: where each key's newest row is, and which rows
 * of the fresh tier and of the lake are no longer live because of that.
 *
 * <p>Invariant: the durable index of a bucket holds lake locations alone, exactly those of the base
 * that its checkpoint names; everything newer is derived from the log.
 */
@NullMarked
package io.freshet.server.keys;

import org.jspecify.annotations.NullMarked;
