/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.input;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;
import static io.freshet.error.FreshetErrorCode.NULL_IN_REQUIRED_COLUMN;
import static io.freshet.error.FreshetErrorCode.SCHEMA_MISMATCH;

import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import io.freshet.error.FreshetException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a CSV file (RFC 4180) with a header line. An unquoted field that equals the null text is
 * null; a quoted empty field is an empty string in a string column, and null in any other. Empty
 * lines are no rows.
 */
final class CsvRows implements RecordSource {
  static final int SAMPLE_ROWS = 1000;

  private static final int MAX_RECORD_CHARS = 64 << 20;

  private final Lines lines;
  private final Column[] columns;
  private Line line = new Line(0, List.of());
  private long rowNumber;

  /** How one column of the table is read. */
  private record Column(Types.NestedField field, OptionalInt fileColumn, boolean isRowNumber) {}

  /**
   * @param number of the record's first line in the file, from 1
   */
  private record Line(long number, List<@Nullable Field> fields) {}

  private record Field(String text, boolean isQuoted) {}

  CsvRows(InputSource source, Schema table, InputOptions options) {
    this.lines = new Lines(source, options);
    InputOptions.RowNumber numbers = options.rowNumber();
    this.rowNumber = numbers == null ? 0 : numbers.first();
    try {
      ColumnMatch match = ColumnMatch.of(source.name(), lines.header, table, options);
      this.columns = new Column[table.columns().size()];
      for (int i = 0; i < columns.length; i++) {
        Types.NestedField field = table.columns().get(i);
        columns[i] =
            new Column(field, match.fileColumn(i), ColumnMatch.isRowNumber(field, numbers));
        if (columns[i].fileColumn.isPresent() && !field.type().isPrimitiveType()) {
          throw FreshetException.of(
              SCHEMA_MISMATCH,
              "Column %s has type %s, which CSV can't hold: use JSON lines or Parquet",
              field.name(),
              field.type());
        }
      }
    } catch (RuntimeException e) {
      lines.close();
      throw e;
    }
  }

  static Schema inferSchema(InputSource source, InputOptions options) {
    try (Lines lines = new Lines(source, options)) {
      List<TypeGuess> guesses = lines.header.stream().map(name -> TypeGuess.ofAnyType()).toList();
      for (int row = 0; row < SAMPLE_ROWS; row++) {
        @Nullable Line line = lines.read();
        if (line == null) {
          break;
        }
        for (int i = 0; i < guesses.size(); i++) {
          Field field = line.fields.get(i);
          if (field != null && !field.text.isEmpty()) {
            guesses.get(i).addText(field.text);
          }
        }
      }
      List<Types.NestedField> columns = new ArrayList<>();
      for (int i = 0; i < guesses.size(); i++) {
        columns.add(Types.NestedField.optional(i + 1, lines.header.get(i), guesses.get(i).type()));
      }
      return TypeUtil.assignIncreasingFreshIds(new Schema(columns));
    }
  }

  @Override
  public boolean read(@Nullable Object[] row) {
    @Nullable Line next = lines.read();
    if (next == null) {
      return false;
    }
    line = next;
    for (int i = 0; i < columns.length; i++) {
      Column column = columns[i];
      if (column.fileColumn.isPresent()) {
        row[i] = value(column.field, next.fields.get(column.fileColumn.getAsInt()));
      } else {
        row[i] = column.isRowNumber ? rowNumber : null;
      }
    }
    rowNumber++;
    return true;
  }

  @Override
  public String position() {
    return lines.source.name() + " line " + line.number;
  }

  @Override
  public long bytesRead() {
    return lines.input.bytes().count();
  }

  @Override
  public double fraction() {
    return lines.fraction();
  }

  @Override
  public void close() {
    lines.close();
  }

  private @Nullable Object value(Types.NestedField column, @Nullable Field field) {
    boolean isString = column.type().typeId() == Type.TypeID.STRING;
    if (field == null || (!isString && field.isQuoted && field.text.isEmpty())) {
      if (column.isRequired()) {
        throw FreshetException.of(
            NULL_IN_REQUIRED_COLUMN,
            "%s, column %s: the field is null, and the column is required",
            position(),
            column.name());
      }
      return null;
    }
    try {
      return TextValues.parse(field.text, column.type());
    } catch (FreshetException e) {
      throw new FreshetException(
          e.code(), position() + ", column " + column.name() + ": " + e.getMessage(), e);
    }
  }

  /** Records of the file, with as many fields as the header. */
  private static final class Lines implements AutoCloseable {
    private final InputSource source;
    private final InputSource.TextInput input;
    private final long sizeBytes;
    private final CloseableIterator<Line> records;
    private final List<String> header;

    Lines(InputSource source, InputOptions options) {
      this.source = source;
      this.sizeBytes = source.sizeBytes();
      this.input = source.openText();
      Character delimiter = options.delimiter();
      char separator = delimiter != null ? delimiter : source.isTabSeparated() ? '\t' : ',';
      try {
        this.records =
            CsvReader.builder()
                .fieldSeparator(separator)
                .maxBufferSize(MAX_RECORD_CHARS)
                .allowExtraFields(true)
                .allowMissingFields(true)
                .build(new LineHandler(options.nullText()), input.reader())
                .iterator();
        this.header = header();
      } catch (RuntimeException e) {
        input.close();
        throw e instanceof IllegalArgumentException
            ? new FreshetException(
                INVALID_REQUEST, "'" + separator + "' can't separate fields: " + e.getMessage(), e)
            : e;
      }
    }

    @Nullable Line read() {
      @Nullable Line line = readAny();
      if (line != null && line.fields.size() != header.size()) {
        throw FreshetException.of(
            SCHEMA_MISMATCH,
            "%s line %d has %d fields, and the header has %d",
            source.name(),
            line.number,
            line.fields.size(),
            header.size());
      }
      return line;
    }

    double fraction() {
      return sizeBytes == 0 ? 0 : Math.min(1, (double) input.bytes().count() / sizeBytes);
    }

    @Override
    public void close() {
      input.close();
    }

    private List<String> header() {
      @Nullable Line line = readAny();
      if (line == null) {
        throw FreshetException.of(
            SCHEMA_MISMATCH, "%s is empty: a CSV file starts with a header", source.name());
      }
      List<String> names = new ArrayList<>();
      Set<String> known = new HashSet<>();
      for (Field field : line.fields) {
        String name = field == null ? "" : field.text.strip();
        if (name.isEmpty() || !known.add(name)) {
          throw FreshetException.of(
              SCHEMA_MISMATCH,
              "The header of %s %s: every column needs a name of its own",
              source.name(),
              name.isEmpty()
                  ? "has no name for column " + (names.size() + 1)
                  : "has " + name + " twice");
        }
        names.add(name);
      }
      return names;
    }

    private @Nullable Line readAny() {
      try {
        return records.hasNext() ? records.next() : null;
      } catch (CsvParseException e) {
        throw new FreshetException(
            SCHEMA_MISMATCH, source.name() + " is not a CSV file: " + e.getMessage(), e);
      } catch (UncheckedIOException e) {
        IOException cause = e.getCause();
        throw new FreshetException(
            SCHEMA_MISMATCH, source.name() + " can't be read as UTF-8 text: " + cause, e);
      }
    }
  }

  private static final class LineHandler extends AbstractBaseCsvCallbackHandler<Line> {
    private final String nullText;
    private List<@Nullable Field> fields = new ArrayList<>();

    LineHandler(String nullText) {
      this.nullText = nullText;
    }

    @Override
    protected void handleBegin(long startingLineNumber) {
      fields = new ArrayList<>(fields.size());
    }

    @Override
    protected void handleField(int index, char[] buffer, int offset, int length, boolean quoted) {
      String text = new String(buffer, offset, length);
      fields.add(!quoted && text.equals(nullText) ? null : new Field(text, quoted));
    }

    @Override
    protected Line buildRecord() {
      return new Line(getStartingLineNumber(), fields);
    }
  }
}
