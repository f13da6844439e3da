/** A bucket: takes batches into its log in order, once each, and makes them visible. */
@NullMarked
package io.freshet.server.bucket;

import org.jspecify.annotations.NullMarked;
