/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

import io.freshet.server.log.BucketId;
import io.freshet.server.log.Disk;
import io.freshet.server.loop.EventLoop;
import java.util.concurrent.Executor;
import org.apache.arrow.memory.BufferAllocator;

/**
 * What an index works with; nothing here is owned by it.
 *
 * @param folder of the disk, for this index alone
 * @param form of the keys, as {@link KeyEncoder#form}
 * @param fingerprint of the keys, as {@link KeyEncoder#fingerprint}
 * @param loop that owns the bucket
 * @param background for reading and writing files; may run several tasks at once
 * @param allocator of tables; its limit, if any, covers what the configuration allows
 */
public record IndexEnvironment(
    BucketId bucket,
    Disk disk,
    String folder,
    KeyForm form,
    long fingerprint,
    EventLoop loop,
    Executor background,
    BufferAllocator allocator,
    KeyIndexConfiguration configuration) {}
