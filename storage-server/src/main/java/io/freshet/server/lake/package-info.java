/** The Iceberg catalog that holds the lake's tables. */
@NullMarked
package io.freshet.server.lake;

import org.jspecify.annotations.NullMarked;
