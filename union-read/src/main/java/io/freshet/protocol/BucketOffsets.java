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
 * Which changes of a bucket can be read: [startOffset, endOffset).
 *
 * @param timestampOffset of the first of them that was committed at the requested timestamp or
 *     later, {@code endOffset} if there is none; null if no timestamp was asked for
 */
public record BucketOffsets(
    int bucket, long startOffset, long endOffset, @Nullable Long timestampOffset) {}
