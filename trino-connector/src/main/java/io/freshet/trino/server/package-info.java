/**
 * What a catalog shares on one node, and the union snapshots of Trino's transactions.
 *
 * <p>Invariant: a transaction reads one union snapshot of a table, whatever it asks for.
 */
@NullMarked
package io.freshet.trino.server;

import org.jspecify.annotations.NullMarked;
