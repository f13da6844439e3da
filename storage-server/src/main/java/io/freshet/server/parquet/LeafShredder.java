/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import static io.freshet.error.FreshetErrorCode.NULL_IN_REQUIRED_COLUMN;

import io.freshet.error.FreshetException;
import java.util.Arrays;
import org.apache.arrow.memory.util.MemoryUtil;

/**
 * Turns a stripe into what Parquet stores for one leaf column: slots with a repetition and a
 * definition level each, and the positions of the values of the slots that have one (Dremel's
 * record shredding, one path step after the other for all rows at once).
 */
final class LeafShredder {
  private static final long NO_VALUE = -1;

  private final PathStep[] steps;
  private final boolean isRepeated;
  private final byte maxDefinition;
  private final Positions positions = new Positions();

  private int slots;

  /** byte[slots]; only filled if {@link #hasLevels}. */
  private byte[] definitions = new byte[0];

  /** byte[slots]; only filled if the leaf is repeated. */
  private byte[] repetitions = new byte[0];

  private boolean hasLevels;

  /**
   * long[slots]: where each slot is in the vector of the current step; NO_VALUE if it ended above.
   */
  private long[] slotPositions = new long[0];

  private long[] nextPositions = new long[0];
  private byte[] nextDefinitions = new byte[0];
  private byte[] nextRepetitions = new byte[0];

  LeafShredder(PathStep[] steps, int maxDefinition) {
    this.steps = steps;
    this.maxDefinition = (byte) maxDefinition;
    isRepeated = Arrays.stream(steps).anyMatch(PathStep::isRepeated);
  }

  /** The number of slots: values and nulls, where an empty list counts as a null. */
  int slots() {
    return slots;
  }

  /** Whether levels differ between slots; if not, all definition levels are the maximum. */
  boolean hasLevels() {
    return hasLevels;
  }

  boolean isRepeated() {
    return isRepeated;
  }

  byte[] definitions() {
    return definitions;
  }

  byte[] repetitions() {
    return repetitions;
  }

  Positions positions() {
    return positions;
  }

  void shred(Stripe stripe) {
    if (steps.length == 1) {
      shredFlat(stripe);
    } else {
      shredNested(stripe);
    }
  }

  private void shredFlat(Stripe stripe) {
    slots = stripe.size();
    PathStep leaf = steps[0];
    boolean mayHaveNulls = mayHaveNulls(leaf, stripe);
    hasLevels = mayHaveNulls;
    if (!mayHaveNulls) {
      setPositions(stripe.rows(), slots, stripe.isContiguous());
      return;
    }
    reserve(slots);
    int values =
        stripe.isContiguous() ? definedInRange(leaf, stripe) : definedInList(leaf, stripe.rows());
    if (values < slots && !leaf.isOptional()) {
      throw nullInRequired(leaf);
    }
    positions.setList(slotPositions, values);
  }

  private static boolean mayHaveNulls(PathStep step, Stripe stripe) {
    long[] rows = stripe.rows();
    if (stripe.isContiguous()) {
      return step.hasNulls(RowOrigins.batchOf(rows[0]));
    }
    for (int i = 0; i < stripe.size(); i++) {
      if (step.hasNulls(RowOrigins.batchOf(rows[i]))) {
        return true;
      }
    }
    return false;
  }

  /** Fills definitions and the positions of values from 64 validity bits at a time. */
  private int definedInRange(PathStep leaf, Stripe stripe) {
    long first = stripe.rows()[0];
    long validity = leaf.validity(RowOrigins.batchOf(first));
    int start = RowOrigins.rowOf(first);
    Arrays.fill(definitions, 0, slots, maxDefinition);
    int values = 0;
    int i = 0;
    while (i < slots) {
      int index = start + i;
      int end = Math.min(slots, i + 8 - (index & 7));
      int bits = MemoryUtil.getByte(validity + (index >> 3)) >> (index & 7);
      for (; i < end; i++, bits >>= 1) {
        int isValid = bits & 1;
        definitions[i] = (byte) (maxDefinition - 1 + isValid);
        slotPositions[values] = first + i;
        values += isValid;
      }
    }
    return values;
  }

  private int definedInList(PathStep leaf, long[] rows) {
    int values = 0;
    for (int i = 0; i < slots; i++) {
      long row = rows[i];
      boolean isNull = leaf.isNull(RowOrigins.batchOf(row), RowOrigins.rowOf(row));
      definitions[i] = (byte) (isNull ? maxDefinition - 1 : maxDefinition);
      slotPositions[values] = row;
      values += isNull ? 0 : 1;
    }
    return values;
  }

  private void shredNested(Stripe stripe) {
    slots = stripe.size();
    hasLevels = true;
    reserve(slots);
    System.arraycopy(stripe.rows(), 0, slotPositions, 0, slots);
    Arrays.fill(definitions, 0, slots, (byte) 0);
    Arrays.fill(repetitions, 0, slots, (byte) 0);
    byte repetition = 0;
    for (PathStep step : steps) {
      dropNulls(step);
      if (step.isRepeated()) {
        expand(step, ++repetition);
      }
    }
    int values = 0;
    boolean isContiguous = true;
    for (int i = 0; i < slots; i++) {
      long position = slotPositions[i];
      if (position != NO_VALUE) {
        isContiguous &= values == 0 || position == slotPositions[0] + values;
        slotPositions[values++] = position;
      }
    }
    setPositions(slotPositions, values, isContiguous);
  }

  private void dropNulls(PathStep step) {
    boolean isOptional = step.isOptional();
    for (int i = 0; i < slots; i++) {
      long position = slotPositions[i];
      if (position == NO_VALUE) {
        continue;
      }
      if (step.isNull(RowOrigins.batchOf(position), RowOrigins.rowOf(position))) {
        if (!isOptional) {
          throw nullInRequired(step);
        }
        slotPositions[i] = NO_VALUE;
      } else if (isOptional) {
        definitions[i]++;
      }
    }
  }

  /** Replaces each list by a slot per element; an empty list keeps one slot without a value. */
  private void expand(PathStep list, byte repetition) {
    int count = 0;
    for (int i = 0; i < slots; i++) {
      long position = slotPositions[i];
      int batch = RowOrigins.batchOf(position);
      int start = 0;
      int end = 0;
      if (position != NO_VALUE) {
        start = list.elementsStart(batch, RowOrigins.rowOf(position));
        end = list.elementsEnd(batch, RowOrigins.rowOf(position));
      }
      reserveNext(Math.addExact(count, Math.max(1, end - start)));
      if (start == end) {
        nextPositions[count] = NO_VALUE;
        nextDefinitions[count] = definitions[i];
        nextRepetitions[count++] = repetitions[i];
        continue;
      }
      for (int element = start; element < end; element++) {
        nextPositions[count] = RowOrigins.pack(batch, element);
        nextDefinitions[count] = (byte) (definitions[i] + 1);
        nextRepetitions[count++] = element == start ? repetitions[i] : repetition;
      }
    }
    swapWithNext(count);
  }

  private void swapWithNext(int count) {
    slots = count;
    long[] oldPositions = slotPositions;
    slotPositions = nextPositions;
    nextPositions = oldPositions;
    byte[] oldDefinitions = definitions;
    definitions = nextDefinitions;
    nextDefinitions = oldDefinitions;
    byte[] oldRepetitions = repetitions;
    repetitions = nextRepetitions;
    nextRepetitions = oldRepetitions;
  }

  private void setPositions(long[] list, int values, boolean isContiguous) {
    if (isContiguous && values > 0) {
      positions.setRange(list[0], values);
    } else {
      positions.setList(list, values);
    }
  }

  private void reserve(int capacity) {
    if (slotPositions.length < capacity) {
      slotPositions = new long[capacity];
    }
    if (definitions.length < capacity) {
      definitions = new byte[capacity];
    }
    if (repetitions.length < capacity) {
      repetitions = new byte[capacity];
    }
  }

  private void reserveNext(int capacity) {
    nextPositions = Positions.grown(nextPositions, capacity);
    if (nextDefinitions.length < nextPositions.length) {
      nextDefinitions = Arrays.copyOf(nextDefinitions, nextPositions.length);
    }
    if (nextRepetitions.length < nextPositions.length) {
      nextRepetitions = Arrays.copyOf(nextRepetitions, nextPositions.length);
    }
  }

  private static FreshetException nullInRequired(PathStep step) {
    return FreshetException.of(
        NULL_IN_REQUIRED_COLUMN,
        "Required field %s has nulls: make it optional, or give it a value in each row",
        step.name());
  }
}
