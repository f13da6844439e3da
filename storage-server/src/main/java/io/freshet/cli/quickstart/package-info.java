/**
 * The quickstart: real flights are written, tiered and read while the reader watches.
 *
 * <p>Invariant: what it prints was measured in this run, and it fails if a union read misses a row,
 * has one twice, or has fewer rows than one before.
 */
@NullMarked
package io.freshet.cli.quickstart;

import org.jspecify.annotations.NullMarked;
