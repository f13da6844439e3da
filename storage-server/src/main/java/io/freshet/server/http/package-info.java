/**
 * The HTTP service: health, metrics, and Iceberg REST catalogs.
 *
 * <p>Invariant: a request that is answered with a status below 500 other than 2xx has changed
 * nothing.
 */
@NullMarked
package io.freshet.server.http;

import org.jspecify.annotations.NullMarked;
