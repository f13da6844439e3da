/**
 * Arrow batches into Iceberg Parquet data files, and positions into position delete files, column
 * by column: no row object is ever made.
 *
 * <p>Invariant: what {@code DataFileWriter} returns is complete and durable; what it fails on
 * leaves no file behind, as far as the storage lets it delete.
 */
@NullMarked
package io.freshet.server.parquet;

import org.jspecify.annotations.NullMarked;
