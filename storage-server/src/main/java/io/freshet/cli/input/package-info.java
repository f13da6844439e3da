/**
 * Files of rows, read into Arrow batches in a table's schema.
 *
 * <p>Invariant: columns are matched by name; a value is stored as the file says it or refused, with
 * the file, the line or row, the column and the expected form; it is never rounded or cut.
 */
@NullMarked
package io.freshet.cli.input;

import org.jspecify.annotations.NullMarked;
