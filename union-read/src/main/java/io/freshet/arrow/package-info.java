/** Iceberg schemas as Arrow schemas and back, and small operations on Arrow batches. */
@NullMarked
package io.freshet.arrow;

import org.jspecify.annotations.NullMarked;
