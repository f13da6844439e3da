/** The key index, measured beside RocksDB on the same keys. */
@NullMarked
package io.freshet.benchmarks.index;

import org.jspecify.annotations.NullMarked;
