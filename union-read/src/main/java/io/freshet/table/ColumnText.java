/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.table;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;

import io.freshet.error.FreshetException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.Schema;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * Columns as text, as in SQL's CREATE TABLE:
 *
 * <pre>
 * id long not null, name string comment 'as printed', price decimal(10,2), primary key (id)
 * </pre>
 *
 * <p>A column is a name, a type ({@link TypeText}), and any of {@code not null}, {@code primary
 * key} and {@code comment '…'}. The key is either on its one column or a last entry of its own; key
 * columns are not null, said or unsaid. A name that is more than letters, digits and underscores
 * stands in double quotes or backticks. Words of the grammar are read in any case; names keep
 * theirs.
 */
public final class ColumnText {
  static final String GRAMMAR =
      "Write columns as: name type [not null] [primary key] [comment '…'], …, [primary key (name, …)].";

  private final TextCursor cursor;
  private final TypeText types;
  private final List<Types.NestedField> columns = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private final Set<String> key = new LinkedHashSet<>();

  private ColumnText(String text) {
    this.cursor = new TextCursor("columns", text, GRAMMAR);
    this.types = new TypeText(cursor);
  }

  /**
   * The schema that the text describes. Field ids are fresh, in the order in which Iceberg assigns
   * them; the primary key is the schema's identifier fields.
   */
  public static Schema parse(String text) {
    return new ColumnText(text).schema();
  }

  /** Text from which {@link #parse} makes the same schema, but for field ids and default values. */
  public static String format(Schema schema) {
    String columns =
        schema.columns().stream().map(TypeText::formatField).collect(Collectors.joining(", "));
    List<String> key =
        schema.identifierFieldIds().stream()
            .sorted()
            .map(schema::findColumnName)
            .map(TextCursor::quoted)
            .toList();
    return key.isEmpty() ? columns : columns + ", primary key (" + String.join(", ", key) + ")";
  }

  private Schema schema() {
    boolean hasKeyEntry = false;
    do {
      if (cursor.acceptPhrase("primary", "key", '(')) {
        keyEntry();
        hasKeyEntry = true;
      } else if (hasKeyEntry) {
        throw cursor.error(cursor.offset(), "primary key (…) comes after the last column");
      } else {
        column();
      }
    } while (cursor.accept(','));
    cursor.expectEnd("',' or the end");
    return build();
  }

  private void keyEntry() {
    int start = cursor.offset();
    if (!key.isEmpty()) {
      throw cursor.error(start, "the primary key is already " + key);
    }
    do {
      int nameStart = cursor.offset();
      String name = cursor.path("a column of the primary key");
      if (!key.add(name)) {
        throw cursor.error(nameStart, "column " + name + " is in the primary key twice");
      }
    } while (cursor.accept(','));
    cursor.expect(')');
  }

  private void column() {
    int start = cursor.offset();
    String name = cursor.name("a column name");
    if (!names.add(name)) {
      throw cursor.error(start, "column " + name + " is there twice");
    }
    Type type = types.type(0);
    boolean isRequired = false;
    String comment = null;
    while (true) {
      if (cursor.acceptWord("not")) {
        cursor.expectWord("null");
        isRequired = true;
      } else if (cursor.acceptWord("primary")) {
        cursor.expectWord("key");
        if (!key.isEmpty()) {
          throw cursor.error(
              start, "a key of several columns is written as a last entry: primary key (a, b)");
        }
        key.add(name);
      } else if (cursor.acceptWord("comment")) {
        comment = cursor.string("the comment in single quotes");
      } else {
        break;
      }
    }
    columns.add(types.field(name, type, isRequired, comment));
  }

  private Schema build() {
    List<Types.NestedField> withKey = new ArrayList<>();
    Set<Integer> keyIds = new HashSet<>();
    for (Types.NestedField column : columns) {
      boolean isKey = key.contains(column.name());
      if (isKey) {
        keyIds.add(column.fieldId());
      }
      withKey.add(isKey ? column.asRequired() : column);
    }
    try {
      if (keyIds.size() < key.size()) {
        throw unknownKeyColumn(withKey);
      }
      return TypeUtil.assignIncreasingFreshIds(new Schema(withKey, keyIds));
    } catch (IllegalArgumentException | ValidationException e) {
      throw new FreshetException(
          INVALID_REQUEST, "These columns don't make a schema: " + e.getMessage(), e);
    }
  }

  private FreshetException unknownKeyColumn(List<Types.NestedField> known) {
    List<String> names = known.stream().map(Types.NestedField::name).toList();
    return FreshetException.of(
        INVALID_REQUEST,
        "Primary key %s has a column that is not there: the columns are %s",
        key,
        names);
  }

  /** What an entry that names no known column is told. */
  static FreshetException unknownColumn(
      TextCursor cursor, int offset, String column, Schema schema) {
    @Nullable String near =
        TypeUtil.indexById(schema.asStruct()).keySet().stream()
            .map(schema::findColumnName)
            .filter(column::equalsIgnoreCase)
            .findFirst()
            .orElse(null);
    String columns =
        near != null
            ? "did you mean " + TextCursor.quoted(near) + "?"
            : "the columns are "
                + schema.columns().stream()
                    .map(field -> TextCursor.quotedPart(field.name()))
                    .collect(Collectors.joining(", "));
    return cursor.error(offset, "there is no column " + column + ": " + columns);
  }
}
