/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.read;

import io.trino.spi.Page;
import io.trino.spi.block.Block;
import io.trino.spi.connector.SourcePage;
import java.util.Objects;
import java.util.function.ObjLongConsumer;
import java.util.stream.IntStream;

/** The first channels of a page; what was not loaded stays so. */
final class LeadingChannelsPage implements SourcePage {
  private final SourcePage page;
  private final int channels;

  LeadingChannelsPage(SourcePage page, int channels) {
    this.page = page;
    this.channels = channels;
  }

  @Override
  public int getPositionCount() {
    return page.getPositionCount();
  }

  @Override
  public long getSizeInBytes() {
    return page.getSizeInBytes();
  }

  @Override
  public long getRetainedSizeInBytes() {
    return page.getRetainedSizeInBytes();
  }

  @Override
  public void retainedBytesForEachPart(ObjLongConsumer<Object> consumer) {
    page.retainedBytesForEachPart(consumer);
  }

  @Override
  public int getChannelCount() {
    return channels;
  }

  @Override
  public Block getBlock(int channel) {
    return page.getBlock(Objects.checkIndex(channel, channels));
  }

  @Override
  public Page getPage() {
    return page.getColumns(IntStream.range(0, channels).toArray());
  }

  @Override
  public void selectPositions(int[] positions, int offset, int size) {
    page.selectPositions(positions, offset, size);
  }
}
