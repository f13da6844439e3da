/** Union scans in Trino, beside plain Iceberg scans. */
@NullMarked
package io.freshet.benchmarks.trino;

import org.jspecify.annotations.NullMarked;
