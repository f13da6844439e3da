/**
 * The reference reader: a union snapshot as Arrow batches, without an engine.
 *
 * <p>Invariant: rows are read with Iceberg's own readers and deletes; nothing but overlays and
 * exact row filtering is added.
 */
@NullMarked
package io.freshet.reader;

import org.jspecify.annotations.NullMarked;
