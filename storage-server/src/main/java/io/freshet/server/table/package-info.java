/** Tables of a server: their buckets, their base, their union snapshots and leases. */
@NullMarked
package io.freshet.server.table;

import org.jspecify.annotations.NullMarked;
