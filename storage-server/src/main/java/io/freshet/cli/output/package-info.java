/** How commands print: tables of rows, JSON lines, errors and progress. */
@NullMarked
package io.freshet.cli.output;

import org.jspecify.annotations.NullMarked;
