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

import io.freshet.error.FreshetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * A table's schema as a projection of a file: the table's order and types, the file's names and
 * field ids. What the file lacks gets an id that the file does not have, so that it reads as null.
 */
final class NestedProjection {
  private final String fileName;
  private final Schema file;
  private final InputOptions.ExtraColumns extraColumns;
  private int lastId;

  NestedProjection(String fileName, Schema file, InputOptions.ExtraColumns extraColumns) {
    this.fileName = fileName;
    this.file = file;
    this.extraColumns = extraColumns;
    this.lastId = file.highestFieldId();
  }

  Schema of(Schema table) {
    return new Schema(fields("", table.asStruct(), file.asStruct()));
  }

  private List<Types.NestedField> fields(
      String path, Types.StructType table, Types.@Nullable StructType inFile) {
    List<String> fileNames =
        inFile == null ? List.of() : inFile.fields().stream().map(Types.NestedField::name).toList();
    List<String> extra = new ArrayList<>(fileNames);
    List<Types.NestedField> fields = new ArrayList<>();
    for (Types.NestedField field : table.fields()) {
      String fieldPath = path + field.name();
      Optional<String> name = ColumnMatch.match(field.name(), fileNames);
      Types.NestedField fileField =
          name.isPresent() && inFile != null ? inFile.field(name.get()) : null;
      if (fileField == null) {
        if (field.isRequired() && !path.isEmpty()) {
          throw FreshetException.of(
              SCHEMA_MISMATCH, "%s lacks %s, which the table requires", fileName, fieldPath);
        }
        Type absent = TypeUtil.assignFreshIds(field.type(), this::freshId);
        fields.add(Types.NestedField.optional(freshId(), field.name(), absent));
      } else {
        extra.remove(fileField.name());
        Type type = type(fieldPath, field.type(), fileField.type());
        fields.add(
            Types.NestedField.of(
                fileField.fieldId(), fileField.isOptional(), fileField.name(), type));
      }
    }
    boolean refusesExtra = extraColumns == InputOptions.ExtraColumns.REFUSE && !path.isEmpty();
    if (refusesExtra && !extra.isEmpty()) {
      throw FreshetException.of(
          SCHEMA_MISMATCH,
          "%s has the field %s%s, which the table lacks: add it to the table, or leave it out with"
              + " --ignore-extra-columns",
          fileName,
          path,
          extra.get(0));
    }
    return fields;
  }

  private Type type(String path, Type table, Type inFile) {
    if (table.isPrimitiveType() && inFile.isPrimitiveType()) {
      if (!table.equals(inFile) && !TypeUtil.isPromotionAllowed(inFile, table.asPrimitiveType())) {
        throw mismatch(path, table, inFile);
      }
      return table;
    }
    if (table.typeId() != inFile.typeId()) {
      throw mismatch(path, table, inFile);
    }
    return switch (table.typeId()) {
      case STRUCT ->
          Types.StructType.of(fields(path + ".", table.asStructType(), inFile.asStructType()));
      case LIST -> {
        Types.ListType list = inFile.asListType();
        Type element =
            type(path + ".element", table.asListType().elementType(), list.elementType());
        yield list.isElementOptional()
            ? Types.ListType.ofOptional(list.elementId(), element)
            : Types.ListType.ofRequired(list.elementId(), element);
      }
      case MAP -> {
        Types.MapType map = inFile.asMapType();
        Type key = type(path + ".key", table.asMapType().keyType(), map.keyType());
        Type value = type(path + ".value", table.asMapType().valueType(), map.valueType());
        yield map.isValueOptional()
            ? Types.MapType.ofOptional(map.keyId(), map.valueId(), key, value)
            : Types.MapType.ofRequired(map.keyId(), map.valueId(), key, value);
      }
      default -> throw mismatch(path, table, inFile);
    };
  }

  private FreshetException mismatch(String path, Type table, Type inFile) {
    return FreshetException.of(
        SCHEMA_MISMATCH,
        "Column %s of %s has type %s, which the table's type %s can't take: change the column's"
            + " type in the table, or in the file",
        path,
        fileName,
        inFile,
        table);
  }

  private int freshId() {
    return ++lastId;
  }
}
