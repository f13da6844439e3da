/** Event loops: one thread at a time for the state of each bucket and each table. */
@NullMarked
package io.freshet.server.loop;

import org.jspecify.annotations.NullMarked;
