/** Spark SQL in a terminal, with Freshet's tables as its default catalog. */
@NullMarked
package io.freshet.shell;

import org.jspecify.annotations.NullMarked;
