/** The Java client: control calls, appends and fresh reads over Arrow Flight. */
@NullMarked
package io.freshet.client;

import org.jspecify.annotations.NullMarked;
