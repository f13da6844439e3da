/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.input;

import static io.freshet.error.FreshetErrorCode.SCHEMA_MISMATCH;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.freshet.error.FreshetException;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** Rows of a file of JSON objects: one after the other, or in one array. */
final class JsonRows implements RecordSource {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private final Objects objects;
  private final JsonColumn columns;
  private final OptionalInt rowNumberColumn;
  private long rowNumber;

  JsonRows(InputSource source, Schema table, InputOptions options) {
    InputOptions.RowNumber numbers = options.rowNumber();
    if (numbers != null) {
      ColumnMatch.checkRowNumber(source.name(), List.of(), table, numbers);
    }
    List<Types.NestedField> fields = table.columns();
    this.columns = JsonColumn.ofRows(table.asStruct(), options.extraColumns());
    this.rowNumber = numbers == null ? 0 : numbers.first();
    this.rowNumberColumn =
        IntStream.range(0, fields.size())
            .filter(i -> ColumnMatch.isRowNumber(fields.get(i), numbers))
            .findFirst();
    this.objects = new Objects(source);
  }

  static Schema inferSchema(InputSource source) {
    JsonShape shape = JsonShape.ofRows();
    try (Objects objects = new Objects(source)) {
      for (int row = 0; row < CsvRows.SAMPLE_ROWS && objects.next(); row++) {
        objects.read(shape::add);
      }
    }
    List<Types.NestedField> fields = shape.columns();
    if (fields.isEmpty()) {
      throw FreshetException.of(
          SCHEMA_MISMATCH, "%s has no rows that would tell its columns", source.name());
    }
    int[] lastId = {0};
    Types.StructType struct =
        TypeUtil.assignFreshIds(Types.StructType.of(fields), () -> ++lastId[0]).asStructType();
    return TypeUtil.assignIncreasingFreshIds(new Schema(struct.fields()));
  }

  @Override
  public boolean read(@Nullable Object[] row) {
    if (!objects.next()) {
      return false;
    }
    Arrays.fill(row, null);
    objects.read(parser -> columns.readFields(parser, row));
    rowNumberColumn.ifPresent(column -> setRowNumber(row, column));
    rowNumber++;
    try {
      columns.checkRequired(row);
    } catch (FreshetException e) {
      throw new FreshetException(e.code(), position() + ", " + e.getMessage(), e);
    }
    return true;
  }

  private void setRowNumber(@Nullable Object[] row, int column) {
    if (row[column] != null) {
      throw FreshetException.of(
          SCHEMA_MISMATCH,
          "%s has a value for the column that is filled with row numbers",
          position());
    }
    row[column] = rowNumber;
  }

  @Override
  public String position() {
    return objects.source.name() + " line " + objects.line;
  }

  @Override
  public long bytesRead() {
    return objects.input.bytes().count();
  }

  @Override
  public double fraction() {
    return objects.sizeBytes == 0
        ? 0
        : Math.min(1, (double) objects.input.bytes().count() / objects.sizeBytes);
  }

  @Override
  public void close() {
    objects.close();
  }

  private interface ObjectReader {
    void read(JsonParser parser) throws IOException;
  }

  /** The top-level objects of the file, with its position in every error. */
  private static final class Objects implements AutoCloseable {
    private final InputSource source;
    private final InputSource.TextInput input;
    private final JsonParser parser;
    private final long sizeBytes;
    private boolean isInArray;
    private long line = 1;

    Objects(InputSource source) {
      this.source = source;
      this.sizeBytes = source.sizeBytes();
      this.input = source.openText();
      try {
        this.parser = JSON.createParser(input.reader());
      } catch (IOException e) {
        input.close();
        throw new UncheckedIOException(e);
      }
    }

    /** Moves to the start of the next object. */
    boolean next() {
      try {
        JsonToken token = parser.nextToken();
        if (token == JsonToken.START_ARRAY && !isInArray) {
          isInArray = true;
          token = parser.nextToken();
        }
        if (token == JsonToken.END_ARRAY && isInArray) {
          isInArray = false;
          token = parser.nextToken();
        }
        line = parser.currentTokenLocation().getLineNr();
        if (token != null && token != JsonToken.START_OBJECT) {
          throw FreshetException.of(
              SCHEMA_MISMATCH,
              "%s line %d: a row is a JSON object, and this is '%s'",
              source.name(),
              line,
              TextValues.shown(parser.getText()));
        }
        return token != null;
      } catch (IOException e) {
        throw unreadable(e);
      }
    }

    void read(ObjectReader reader) {
      try {
        reader.read(parser);
      } catch (FreshetException e) {
        throw new FreshetException(
            e.code(),
            source.name()
                + " line "
                + parser.currentTokenLocation().getLineNr()
                + ", "
                + e.getMessage(),
            e);
      } catch (IOException e) {
        throw unreadable(e);
      }
    }

    @Override
    public void close() {
      try {
        parser.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } finally {
        input.close();
      }
    }

    private RuntimeException unreadable(IOException e) {
      if (e instanceof JsonProcessingException json) {
        long at = json.getLocation() == null ? line : json.getLocation().getLineNr();
        return new FreshetException(
            SCHEMA_MISMATCH,
            source.name() + " line " + at + " is not JSON: " + json.getOriginalMessage(),
            e);
      }
      if (e instanceof CharacterCodingException || e instanceof CharConversionException) {
        return new FreshetException(
            SCHEMA_MISMATCH, source.name() + " is not UTF-8 text after line " + line, e);
      }
      return new UncheckedIOException(e);
    }
  }
}
