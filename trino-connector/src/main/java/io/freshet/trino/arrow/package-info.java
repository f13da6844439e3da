/**
 * Arrow vectors to Trino's blocks, and back.
 *
 * <p>Invariant: a block has memory of its own, and outlives the vector that it was made from.
 */
@NullMarked
package io.freshet.trino.arrow;

import org.jspecify.annotations.NullMarked;
