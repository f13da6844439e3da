/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.keys;

import io.freshet.server.index.IndexCheckpoint;

/**
 * A base that a bucket is to go on from.
 *
 * @param tieredOffset the base holds the changes below it
 * @param notes where the rows of those changes are now
 * @param changes for the durable index
 * @param checkpoint what the durable index stands for with them
 */
public record NewBase(
    long tieredOffset, TieredLocations notes, KeyChanges changes, IndexCheckpoint checkpoint) {}
