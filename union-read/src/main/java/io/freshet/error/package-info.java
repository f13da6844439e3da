/** The one exception of Freshet, its codes, and what a caller can do about each. */
@NullMarked
package io.freshet.error;

import org.jspecify.annotations.NullMarked;
