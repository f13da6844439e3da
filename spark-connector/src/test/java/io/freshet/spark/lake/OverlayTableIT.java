/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.error.FreshetException;
import io.freshet.overlay.DeletionVectorV1;
import io.freshet.overlay.PositionBitmap;
import io.freshet.protocol.FileOverlay;
import io.freshet.protocol.LakeBase;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.spark.SparkExtension;
import io.freshet.table.TableName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.spark.Spark3Util;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.analysis.NoSuchTableException;
import org.apache.spark.sql.catalyst.parser.ParseException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Overlays made by hand over tables that Iceberg itself wrote, read by Iceberg's Spark reader. */
@ExtendWith(SparkExtension.class)
final class OverlayTableIT {
  private static final int ROWS = 1000;

  private final SparkSession spark;
  private final LakeTables lakeTables = new LakeTables("test", Map.of());

  @TempDir static Path folder;

  OverlayTableIT(SparkSession spark) {
    this.spark = spark;
  }

  @BeforeEach
  void catalogs() {
    spark.conf().set("spark.sql.catalog.overlaid", OverlaidCatalog.class.getName());
    spark.conf().set("spark.sql.catalog.files", "org.apache.iceberg.spark.SparkCatalog");
    spark.conf().set("spark.sql.catalog.files.type", "hadoop");
    spark.conf().set("spark.sql.catalog.files.warehouse", folder.toUri().toString());
    spark.conf().set("spark.sql.catalog.files.cache-enabled", "false");
  }

  @AfterEach
  void close() {
    spark.sql("DROP TABLE IF EXISTS files.db.t PURGE");
    lakeTables.close();
  }

  @Test
  void hidesPositionsOfBatches() {
    create("id BIGINT, s STRING");
    overlay();

    assertHidden("SELECT id, s FROM %s");
    assertThat(plan("SELECT id, s FROM overlaid.t")).contains("ColumnarToRow");
  }

  @Test
  void hidesPositionsOfRows() {
    create("id BIGINT, n STRUCT<a: BIGINT, l: ARRAY<STRING>>");
    overlay();

    assertHidden("SELECT id, n.a, n.l FROM %s");
    assertHidden("SELECT id, n FROM %s WHERE id > 100");
    assertThat(plan("SELECT id, n FROM overlaid.t")).doesNotContain("ColumnarToRow");
  }

  @Test
  void hidesPositionsInPartitionsAndUnderFilters() {
    spark.sql(
        "CREATE TABLE files.db.t (id BIGINT, s STRING) PARTITIONED BY (truncate(100, id))"
            + " TBLPROPERTIES ('format-version'='3')");
    spark.sql("INSERT INTO files.db.t SELECT id, concat('s', id) FROM range(" + ROWS + ")");
    overlay();

    assertHidden("SELECT id, s FROM %s WHERE id >= 300 AND id < 500");
    assertHidden("SELECT id, s FROM %s WHERE s LIKE 's9%%'");
  }

  @Test
  void mergesTheDeletionVectorThatTheBaseHas() {
    create("id BIGINT, s STRING");
    spark.sql("DELETE FROM files.db.t WHERE id % 10 = 3");
    assertThat(rows("SELECT * FROM files.db.t.delete_files")).isNotEmpty();
    overlay();

    assertHidden("SELECT id, s FROM %s");
  }

  @Test
  void distributedPlanningKeepsOverlays() {
    create("id BIGINT, s STRING");
    spark.sql("ALTER TABLE files.db.t SET TBLPROPERTIES ('read.data-planning-mode'='distributed')");
    spark.conf().set("spark.sql.iceberg.data-planning-mode", "distributed");
    try {
      overlay();
      assertHidden("SELECT id, s FROM %s");
    } finally {
      spark.conf().unset("spark.sql.iceberg.data-planning-mode");
    }
  }

  @Test
  void splitFilesKeepOverlays() {
    spark.sql(
        "CREATE TABLE files.db.t (id BIGINT, s STRING) TBLPROPERTIES ('format-version'='3',"
            + " 'write.parquet.row-group-size-bytes'='2000', 'read.split.target-size'='1000',"
            + " 'write.parquet.row-group-check-min-record-count'='100')");
    spark.sql("INSERT INTO files.db.t SELECT id, concat('s', id) FROM range(" + ROWS + ")");
    overlay();

    assertHidden("SELECT id, s FROM %s");
  }

  @Test
  void cachedTablesAndSelfJoinsKeepOverlays() {
    create("id BIGINT, s STRING");
    overlay();

    assertHidden("SELECT a.id, b.s FROM %1$s a JOIN %1$s b ON a.id = b.id");
    spark.table("overlaid.t").cache();
    assertHidden("SELECT id, s FROM %s");
    spark.table("overlaid.t").unpersist(true);
  }

  @Test
  void deletesThatTheServerDidNotCountAreRefused() {
    create("id BIGINT, s STRING");
    List<FileOverlay> overlays = overlays();
    spark.sql("DELETE FROM files.db.t WHERE id % 10 = 3");
    put(overlays);

    assertThatThrownBy(() -> spark.sql("SELECT * FROM overlaid.t").collect())
        .isInstanceOf(FreshetException.class)
        .hasMessageMatching(
            "Cannot hide \\d+ superseded rows of file .*\\.parquet of table test.db.t: the base has 1"
                + " delete files for it .* that the server did not count.*");
  }

  private void create(String columns) {
    spark.sql(
        "CREATE TABLE files.db.t ("
            + columns
            + ") TBLPROPERTIES ('format-version'='3', 'write.delete.mode'='merge-on-read')");
    String second =
        columns.contains("STRUCT")
            ? "named_struct('a', id * 2, 'l', array(concat('s', id)))"
            : "concat('s', id)";
    spark.sql("INSERT INTO files.db.t SELECT id, " + second + " FROM range(0, " + ROWS + ", 1, 2)");
  }

  /** Hides each live row whose position is divisible by 7. */
  private void overlay() {
    put(overlays());
  }

  private void put(List<FileOverlay> overlays) {
    BaseTable table = table();
    UnionSnapshot snapshot =
        new UnionSnapshot(
            "made by hand",
            TableName.parse("db.t"),
            UUID.randomUUID(),
            table.schema(),
            new LakeBase(
                table.currentSnapshot().snapshotId(),
                table.operations().current().metadataFileLocation()),
            List.of(),
            overlays,
            0);
    OverlaidCatalog.TABLES.put("t", lakeTables.base(snapshot));
  }

  private List<FileOverlay> overlays() {
    List<FileOverlay> overlays = new ArrayList<>();
    for (Row file : rows("SELECT file_path, record_count FROM files.db.t.data_files")) {
      String path = file.getString(0);
      PositionBitmap live = new PositionBitmap();
      rows("SELECT _pos FROM files.db.t WHERE _file = '" + path + "'")
          .forEach(row -> live.add(row.getLong(0)));
      PositionBitmap hidden = new PositionBitmap();
      PositionBitmap merged = new PositionBitmap();
      for (long position = 0; position < file.getLong(1); position++) {
        if (!live.contains(position)) {
          merged.add(position);
        } else if (position % 7 == 0) {
          hidden.add(position);
        }
      }
      boolean hasVector = !merged.isEmpty();
      merged.addAll(hidden);
      overlays.add(
          new FileOverlay(
              path,
              hidden.cardinality(),
              DeletionVectorV1.serialize(hidden),
              merged.cardinality(),
              hasVector ? DeletionVectorV1.serialize(merged) : null));
    }
    return overlays;
  }

  private void assertHidden(String query) {
    List<String> expected =
        strings(String.format(query, "(SELECT * FROM files.db.t WHERE _pos % 7 <> 0)"));
    List<String> actual = strings(String.format(query, "overlaid.t"));
    assertThat(actual).isNotEmpty().containsExactlyInAnyOrderElementsOf(expected);
    assertThat(expected).hasSizeLessThan(strings(String.format(query, "files.db.t")).size());
  }

  private String plan(String query) {
    return spark.sql(query).queryExecution().executedPlan().toString();
  }

  private List<String> strings(String query) {
    return rows(query).stream().map(Row::toString).toList();
  }

  private List<Row> rows(String query) {
    return spark.sql(query).collectAsList();
  }

  private BaseTable table() {
    try {
      return (BaseTable) Spark3Util.loadIcebergTable(spark, "files.db.t");
    } catch (ParseException | NoSuchTableException e) {
      throw new IllegalStateException(e);
    }
  }
}
