/**
 * The lake half of a union read, as an Iceberg table that Iceberg's own Spark reader scans.
 *
 * <p>Invariant: a scan of a table with overlays never plans a file without its overlay.
 */
@NullMarked
package io.freshet.spark.lake;

import org.jspecify.annotations.NullMarked;
