/** Connections to servers, one of each process, and the leases of the snapshots that it reads. */
@NullMarked
package io.freshet.spark.connection;

import org.jspecify.annotations.NullMarked;
