/**
 * The Trino plugin: a catalog that is Trino's own Iceberg connector over the lake, and fresh rows
 * from the server.
 */
@NullMarked
package io.freshet.trino;

import org.jspecify.annotations.NullMarked;
