/** Measurements of the whole product on real data, and the command that runs them. */
@NullMarked
package io.freshet.benchmarks;

import org.jspecify.annotations.NullMarked;
