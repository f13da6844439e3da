/** What {@code CALL <catalog>.system.<procedure>(…)} can do. */
@NullMarked
package io.freshet.spark.procedure;

import org.jspecify.annotations.NullMarked;
