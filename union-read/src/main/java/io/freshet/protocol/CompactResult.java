/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.protocol;

import org.jspecify.annotations.Nullable;

/**
 * What a compaction did.
 *
 * @param baseSnapshotId the lake snapshot that it made; null if there was nothing to do
 * @param filesBefore how many data files it has rewritten
 * @param filesAfter as how many
 */
public record CompactResult(
    @Nullable Long baseSnapshotId, int filesBefore, int filesAfter, long millis) {}
