/**
 * The union read: Iceberg's scan of the base without what the overlays hide, and fresh rows from
 * the server.
 *
 * <p>Invariant: either all partitions of a scan are columnar or none is.
 */
@NullMarked
package io.freshet.spark.read;

import org.jspecify.annotations.NullMarked;
