/** Benchmarks in Spark, which has a class path of its own. */
@NullMarked
package io.freshet.benchmarks.spark;

import org.jspecify.annotations.NullMarked;
