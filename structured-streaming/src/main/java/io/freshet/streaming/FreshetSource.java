/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_FOUND;

import io.freshet.error.FreshetException;
import io.freshet.spark.FreshetCatalog;
import io.freshet.spark.stream.StreamedTable;
import io.freshet.streaming.read.StreamColumns;
import io.freshet.streaming.read.StreamOptions;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.catalyst.analysis.NoSuchTableException;
import org.apache.spark.sql.catalyst.parser.ParseException;
import org.apache.spark.sql.classic.SparkSession;
import org.apache.spark.sql.connector.catalog.CatalogPlugin;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableProvider;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.sources.DataSourceRegister;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import scala.jdk.javaapi.CollectionConverters;

/**
 * {@code spark.readStream().format("freshet").load("freshet.ns.t")}: for options that change the
 * columns of the stream, which Spark does not tell a catalog.
 */
public final class FreshetSource implements TableProvider, DataSourceRegister {
  private static final String PATH = "path";

  @Override
  public String shortName() {
    return "freshet";
  }

  @Override
  public StructType inferSchema(CaseInsensitiveStringMap options) {
    StreamOptions parsed = StreamOptions.parse(options);
    return StreamColumns.of(table(options).description(), parsed).schema();
  }

  @Override
  public Table getTable(
      StructType schema, Transform[] partitioning, Map<String, String> properties) {
    CaseInsensitiveStringMap options = new CaseInsensitiveStringMap(properties);
    StreamOptions parsed = StreamOptions.parse(options);
    StreamedTable table = table(options);
    return new SourceTable(table, parsed, StreamColumns.of(table.description(), parsed));
  }

  private static StreamedTable table(CaseInsensitiveStringMap options) {
    String name = options.get(PATH);
    if (name == null) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "Which table is it? Name it with its catalog, as in .format(\"freshet\").load(\"freshet.sales.orders\")");
    }
    SparkSession spark = SparkSession.active();
    List<String> parts = parts(spark, name);
    CatalogPlugin catalog =
        spark.sessionState().catalogManager().isCatalogRegistered(parts.get(0))
            ? spark.sessionState().catalogManager().catalog(parts.get(0))
            : null;
    if (!(catalog instanceof FreshetCatalog freshet)) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "'%s' is not a table of a Freshet catalog: %s is none. Name the table with its catalog, as in"
              + " freshet.sales.orders, and set spark.sql.catalog.freshet=io.freshet.spark.FreshetCatalog.",
          name,
          parts.get(0));
    }
    String[] namespace = parts.subList(1, parts.size() - 1).toArray(String[]::new);
    Identifier identifier = Identifier.of(namespace, parts.get(parts.size() - 1));
    try {
      return freshet.loadStreamed(identifier);
    } catch (NoSuchTableException e) {
      throw new FreshetException(
          TABLE_NOT_FOUND, "There is no table " + name + " to stream from", e);
    }
  }

  private static List<String> parts(SparkSession spark, String name) {
    try {
      return CollectionConverters.asJava(
          spark.sessionState().sqlParser().parseMultipartIdentifier(name));
    } catch (ParseException e) {
      throw new FreshetException(
          INVALID_REQUEST, "'" + name + "' is not a table's name: " + e.getMessage(), e);
    }
  }
}
