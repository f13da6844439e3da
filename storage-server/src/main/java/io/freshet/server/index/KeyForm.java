/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

/** How keys are stored. */
public enum KeyForm {
  /** The key itself in 8 bytes, mixed by {@link KeyMix}: no two keys are ever taken for one. */
  EXACT(1),

  /**
   * A 128-bit hash, keyed with a secret of the table; an equal hash is taken for an equal key.
   * Among n keys, some two have the same hash with a probability of about n²/2¹²⁹: 1.5·10⁻¹⁹ for
   * 10¹⁰ keys, which is far below the odds of an error in memory that no checksum sees. Without the
   * secret nobody can look for keys that collide.
   */
  HASHED(2);

  private final int words;

  KeyForm(int words) {
    this.words = words;
  }

  /** 64-bit words of a stored key. */
  int words() {
    return words;
  }

  /** Bytes of a stored key with its location. */
  int entryBytes() {
    return (words + 1) * Long.BYTES;
  }
}
