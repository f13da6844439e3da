/**
 * What travels between a client and the server, apart from Arrow batches: JSON bodies of actions,
 * tickets and batch metadata. {@code docs/protocol.md} is the specification for clients in other
 * languages.
 */
@NullMarked
package io.freshet.protocol;

import org.jspecify.annotations.NullMarked;
