/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.keys;

import io.freshet.server.index.KeyIndexConfiguration;
import io.freshet.server.log.Disk;
import java.util.Random;
import java.util.concurrent.Executor;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Where a server keeps the key indexes of all tables; nothing here is owned.
 *
 * @param background for reading and writing their files
 * @param allocator for their tables in memory
 * @param secrets makes the secrets of their hashes, which nobody else may guess
 */
public record IndexStorage(
    Disk disk,
    Executor background,
    BufferAllocator allocator,
    KeyIndexConfiguration configuration,
    Random secrets) {}
