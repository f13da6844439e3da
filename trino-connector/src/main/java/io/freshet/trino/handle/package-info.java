/**
 * What Trino sends between its nodes: tables, splits and writes, around those of the Iceberg
 * connector.
 */
@NullMarked
package io.freshet.trino.handle;

import org.jspecify.annotations.NullMarked;
