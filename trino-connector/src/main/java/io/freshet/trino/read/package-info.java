/**
 * Union reads: splits and pages of the lake, without what overlays hide, and of fresh rows.
 *
 * <p>Invariant: filters only leave rows out that the engine would leave out; it checks each row
 * again.
 */
@NullMarked
package io.freshet.trino.read;

import org.jspecify.annotations.NullMarked;
