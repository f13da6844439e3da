/** Tests of the deployable jar in a Spark of its own process. */
@NullMarked
package io.freshet.spark.runtime;

import org.jspecify.annotations.NullMarked;
