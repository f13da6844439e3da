/** The server's errors as Trino's. */
@NullMarked
package io.freshet.trino.error;

import org.jspecify.annotations.NullMarked;
