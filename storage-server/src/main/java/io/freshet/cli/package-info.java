/**
 * The {@code freshet} command line: one class per command.
 *
 * <p>Invariant: a command prints its result to standard output and everything else to standard
 * error, and ends with an {@link io.freshet.cli.ExitCode}.
 */
@NullMarked
package io.freshet.cli;

import org.jspecify.annotations.NullMarked;
