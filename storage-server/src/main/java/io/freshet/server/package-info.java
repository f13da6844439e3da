/** The storage server: one process, one data folder. */
@NullMarked
package io.freshet.server;

import org.jspecify.annotations.NullMarked;
