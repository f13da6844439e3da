/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.bucket;

import io.freshet.server.keys.Decision;
import io.freshet.server.log.WriterSequence;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * An entry that is durable and not visible yet.
 *
 * @param decision null for a log table
 * @param heldBy the transaction that it belongs to; null if it belongs to none
 */
record HiddenEntry(
    long startOffset,
    long endOffset,
    @Nullable WriterSequence writer,
    @Nullable Decision decision,
    @Nullable UUID heldBy,
    CompletableFuture<AppendResult> result) {}
