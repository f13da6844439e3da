/**
 * Which rows of Arrow batches match an Iceberg expression, and how such expressions are written.
 *
 * <p>Invariant: a batch that {@link io.freshet.filter.ZoneMap} rules out has no row that {@link
 * io.freshet.filter.RowFilter} selects.
 */
@NullMarked
package io.freshet.filter;

import org.jspecify.annotations.NullMarked;
