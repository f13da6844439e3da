/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

/**
 * A source of entries in an index.
 *
 * @param generation how many mappings its locations have gone through; see {@link Mappings}
 * @param era how many checkpoints were begun before it was frozen
 */
record Layer<S extends EntrySource>(S source, long generation, long era) {
  Layer<S> withGeneration(long newGeneration) {
    return new Layer<>(source, newGeneration, era);
  }
}
