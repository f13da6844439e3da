/**
 * A Trino in this process with Freshet's tables, and ways to ask it: Trino's own command line, or
 * JSON.
 */
@NullMarked
package io.freshet.trino.shell;

import org.jspecify.annotations.NullMarked;
