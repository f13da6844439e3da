/** Reads of union snapshots: fresh rows, and the whole table. */
@NullMarked
package io.freshet.server.read;

import org.jspecify.annotations.NullMarked;
