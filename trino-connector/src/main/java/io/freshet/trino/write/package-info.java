/** Rows from Trino into the server. */
@NullMarked
package io.freshet.trino.write;

import org.jspecify.annotations.NullMarked;
