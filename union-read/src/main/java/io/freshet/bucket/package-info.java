/** Which bucket a row belongs to. Clients and the server agree on it through this package. */
@NullMarked
package io.freshet.bucket;

import org.jspecify.annotations.NullMarked;
