/**
 * What Trino may know of tables and do to them.
 *
 * <p>Invariant: what the Iceberg connector says of the lake is passed on only where it is true of
 * the union.
 */
@NullMarked
package io.freshet.trino.metadata;

import org.jspecify.annotations.NullMarked;
