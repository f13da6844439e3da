/**
 * The fresh tier: the newest rows of each bucket as Arrow batches, in memory under a limit, else
 * read from the log.
 */
@NullMarked
package io.freshet.server.fresh;

import org.jspecify.annotations.NullMarked;
