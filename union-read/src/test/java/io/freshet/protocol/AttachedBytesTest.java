/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import io.freshet.error.FreshetException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Bytes that go beside a record's JSON. */
final class AttachedBytesTest {
  private record Vectors(
      @JsonSerialize(converter = OverlayColumns.Writer.class)
          @JsonDeserialize(converter = OverlayColumns.Reader.class)
          List<FileOverlay> overlays) {}

  private final Random random = new Random(5);

  @Test
  void bytesComeBackWhereverTheirPartsAreCut() {
    Vectors written = vectors(500, 10_000);
    List<byte[]> parts = new ArrayList<>();
    byte[] json = Json.write(written, parts);
    assertThat(parts)
        .hasSizeBetween(2, 30)
        .allSatisfy(part -> assertThat(part.length).isPositive());
    check(Json.read(json, parts, Vectors.class, "The answer"), written);
    List<byte[]> cut = new ArrayList<>();
    for (byte[] part : parts) {
      int middle = random.nextInt(part.length);
      cut.add(Arrays.copyOf(part, middle));
      cut.add(Arrays.copyOfRange(part, middle, part.length));
    }
    check(Json.read(json, cut, Vectors.class, "The answer"), written);
  }

  @Test
  void largeBytesAreAPartOfTheirOwn() {
    Vectors written = vectors(3, 5 << 20);
    List<byte[]> parts = new ArrayList<>();
    byte[] json = Json.write(written, parts);
    check(Json.read(json, parts, Vectors.class, "The answer"), written);
  }

  @Test
  void jsonWithoutAttachmentsHasThem() {
    Vectors written = vectors(3, 100);
    check(Json.read(Json.write(written), Vectors.class, "The answer"), written);
  }

  @Test
  void bytesThatAreMissingAreNamed() {
    Vectors written = new Vectors(List.of(new FileOverlay("a", 1, new byte[100], 1, null)));
    List<byte[]> parts = new ArrayList<>();
    byte[] json = Json.write(written, parts);
    List<byte[]> few = List.of(Arrays.copyOf(parts.get(0), 60));
    assertThatThrownBy(() -> Json.read(json, few, Vectors.class, "The answer"))
        .isInstanceOf(FreshetException.class)
        .hasMessageContaining("100 bytes should go with it, and there are 60");
    assertThatThrownBy(() -> Json.read(json, Vectors.class, "The answer"))
        .hasMessageContaining("100 bytes should go with it, and there are 0");
  }

  @Test
  void locationsTravelWithoutWhatAllBeginWith() {
    Vectors written =
        new Vectors(
            List.of(
                new FileOverlay("file:///a/data/b", 1, new byte[3], 4, new byte[5]),
                new FileOverlay("file:///a/data/", 2, new byte[6], 2, null)));
    List<byte[]> parts = new ArrayList<>();
    byte[] json = Json.write(written, parts);
    assertThat(new String(json, UTF_8))
        .isEqualTo(
            "{\"overlays\":{\"prefix\":\"file:///a/data/\",\"data-files\":[\"b\",\"\"],\"overlay-rows\":[1,2],"
                + "\"overlay\":[3,6],\"deleted-rows\":[4,2],\"merged\":[5,null]}}");
    check(Json.read(json, parts, Vectors.class, "The answer"), written);
  }

  @Test
  void noOverlaysComeBackToo() {
    Vectors written = new Vectors(List.of());
    check(Json.read(Json.write(written), Vectors.class, "The answer"), written);
  }

  @Test
  void columnsOfDifferentLengthsAreRefused() {
    String json =
        "{\"overlays\":{\"prefix\":\"\",\"data-files\":[\"a\"],\"overlay-rows\":[],\"overlay\":[],"
            + "\"deleted-rows\":[],\"merged\":[]}}";
    assertThatThrownBy(() -> Json.read(json.getBytes(UTF_8), Vectors.class, "The answer"))
        .isInstanceOf(FreshetException.class)
        .hasMessageContaining("The columns of the overlays have different lengths");
  }

  private Vectors vectors(int count, int maxBytes) {
    List<FileOverlay> overlays = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] merged = random.nextBoolean() ? null : bytes(maxBytes);
      overlays.add(new FileOverlay("file" + i, i, bytes(maxBytes), i, merged));
    }
    return new Vectors(overlays);
  }

  private byte[] bytes(int maxBytes) {
    byte[] bytes = new byte[random.nextInt(maxBytes)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static void check(Vectors read, Vectors written) {
    assertThat(read.overlays()).hasSameSizeAs(written.overlays());
    for (int i = 0; i < written.overlays().size(); i++) {
      FileOverlay one = read.overlays().get(i);
      FileOverlay other = written.overlays().get(i);
      assertThat(one.dataFile()).isEqualTo(other.dataFile());
      assertThat(one.overlayRows()).isEqualTo(other.overlayRows());
      assertThat(Arrays.equals(one.overlay(), other.overlay())).isTrue();
      assertThat(one.deletedRows()).isEqualTo(other.deletedRows());
      assertThat(Arrays.equals(one.merged(), other.merged())).isTrue();
    }
  }
}
