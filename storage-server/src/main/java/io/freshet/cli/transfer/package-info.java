/** Rows on their way between files, a table and a command. */
@NullMarked
package io.freshet.cli.transfer;

import org.jspecify.annotations.NullMarked;
