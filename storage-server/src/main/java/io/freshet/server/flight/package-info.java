/** The Arrow Flight service: control actions, appends, and reads of fresh and united rows. */
@NullMarked
package io.freshet.server.flight;

import org.jspecify.annotations.NullMarked;
