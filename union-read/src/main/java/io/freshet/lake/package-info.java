/**
 * Files of the lake, by location.
 *
 * <p>Invariant: when the stream of a local file has closed without an error, the file and its name
 * survive a loss of power. The log is trimmed once its rows are in the lake, so the lake must not
 * lose them.
 */
@NullMarked
package io.freshet.lake;

import org.jspecify.annotations.NullMarked;
