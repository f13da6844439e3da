/**
 * The Spark catalog of Freshet tables: what Spark SQL knows of them.
 *
 * <p>Invariant: all references to a table in one query read one union snapshot.
 */
@NullMarked
package io.freshet.spark;

import org.jspecify.annotations.NullMarked;
