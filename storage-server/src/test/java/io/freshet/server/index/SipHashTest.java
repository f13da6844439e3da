/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.server.index.SipHash.Secret;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class SipHashTest {
  /** Bytes 0 to 15, as in the reference's test vectors. */
  private static final Secret SECRET = new Secret(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);

  @Test
  void emptyMessageHasTheHashOfTheReference() {
    long[] first = new long[1];
    long[] second = new long[1];
    SipHash hash = new SipHash(SECRET, 1);
    hash.start(1);
    hash.finish(1, first, second, 0);
    assertThat(Long.reverseBytes(first[0])).isEqualTo(0xa3817f04ba25a8e6L);
    assertThat(Long.reverseBytes(second[0])).isEqualTo(0x6df67214c7550293L);
  }

  @Test
  void messagesSideBySideAreIndependent() {
    long[] together = new long[4];
    SipHash hash = new SipHash(SECRET, 2);
    hash.start(2);
    hash.absorb(0, 1);
    hash.absorb(1, 2);
    hash.absorb(1, 3);
    long[] second = new long[2];
    hash.finish(2, together, second, 0);
    long[] alone = new long[2];
    hash.start(1);
    hash.absorb(0, 2);
    hash.absorb(0, 3);
    hash.finish(1, alone, new long[1], 0);
    assertThat(together[1]).isEqualTo(alone[0]);
    assertThat(together[0]).isNotEqualTo(alone[0]);
  }

  @Test
  void secretIsNotShown() {
    assertThat(SECRET).hasToString("Secret");
  }

  @Property
  void mixIsUndone(@ForAll long key, @ForAll long low, @ForAll long high) {
    KeyMix mix = new KeyMix(new Secret(low, high));
    assertThat(mix.unmix(mix.mix(key))).isEqualTo(key);
  }
}
