/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.http;

import static io.freshet.lake.LakeRows.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.lake.LakeFileIO;
import io.freshet.lake.LakeRows;
import io.freshet.server.lake.LakeCatalog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NamespaceNotEmptyException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NoSuchViewException;
import org.apache.iceberg.exceptions.NoSuchWarehouseException;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.view.View;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The lake warehouse as Iceberg's own client sees it. */
@SuppressWarnings("NullAway.Init")
final class RestCatalogIT {
  private static final Namespace SALES = Namespace.of("sales");
  private static final TableIdentifier ORDERS = TableIdentifier.of(SALES, "orders");

  @TempDir Path data;

  private ServerMetrics metrics;
  private LakeCatalog lake;
  private HttpService service;
  private RESTCatalog client;

  @BeforeEach
  void start() {
    metrics = new ServerMetrics();
    lake = LakeCatalog.open(data, Map.of());
    Warehouse warehouse =
        Warehouse.of(
            LakeCatalog.NAME,
            lake.catalog(),
            TableGuard.ALLOW_ALL,
            lake.clientDefaults(),
            lake.tableDefaults());
    service = HttpService.start("127.0.0.1", 0, Health::up, metrics, List.of(warehouse), null);
    client = connect(Map.of("warehouse", "lake"));
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    service.close();
    lake.close();
    metrics.close();
  }

  @Test
  void namespacesAreMadeListedChangedAndDropped() {
    Namespace deep = Namespace.of("sales", "north/1");
    client.createNamespace(SALES, new HashMap<>(Map.of("owner", "amy")));
    client.createNamespace(deep);
    assertThatThrownBy(() -> client.createNamespace(SALES))
        .isInstanceOf(AlreadyExistsException.class);

    assertThat(client.listNamespaces()).containsExactly(SALES);
    assertThat(client.listNamespaces(SALES)).containsExactly(deep);
    assertThat(client.namespaceExists(deep)).isTrue();
    assertThat(client.namespaceExists(Namespace.of("none"))).isFalse();

    client.setProperties(SALES, new HashMap<>(Map.of("team", "red")));
    client.removeProperties(SALES, new HashSet<>(Set.of("owner")));
    assertThat(client.loadNamespaceMetadata(SALES))
        .containsEntry("team", "red")
        .doesNotContainKey("owner");

    assertThatThrownBy(() -> client.dropNamespace(SALES))
        .isInstanceOf(NamespaceNotEmptyException.class);
    assertThat(client.dropNamespace(deep)).isTrue();
    assertThat(client.dropNamespace(SALES)).isTrue();
    assertThat(client.dropNamespace(SALES)).isFalse();
    assertThatThrownBy(() -> client.loadNamespaceMetadata(SALES))
        .isInstanceOf(NoSuchNamespaceException.class);
  }

  @Test
  void aTableIsMadeFilledLoadedChangedAndDropped() throws IOException {
    client.createNamespace(SALES);
    Table table = client.createTable(ORDERS, LakeRows.SCHEMA);
    assertThat(((BaseTable) table).operations().current().formatVersion()).isEqualTo(3);
    LakeRows.append(table, row(1, "one"), row(2, null));
    LakeRows.append(table, row(3, "three"));

    assertThat(client.listTables(SALES)).containsExactly(ORDERS);
    assertThat(client.tableExists(ORDERS)).isTrue();
    Table loaded = client.loadTable(ORDERS);
    assertThat(loaded.snapshots()).hasSize(2);
    assertThat(LakeRows.read(loaded))
        .containsExactlyInAnyOrder(row(1, "one"), row(2, null), row(3, "three"));

    UpdateSchema update = loaded.updateSchema().addColumn("price", Types.DecimalType.of(9, 2));
    update.commit();
    table.refresh();
    assertThat(table.schema().findField("price")).isNotNull();

    TableIdentifier renamed = TableIdentifier.of(SALES, "renamed");
    client.renameTable(ORDERS, renamed);
    assertThat(client.tableExists(ORDERS)).isFalse();
    assertThat(client.dropTable(renamed, true)).isTrue();
    assertThat(client.dropTable(renamed)).isFalse();
    assertThat(client.listTables(SALES)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"all", "refs"})
  void bothWaysToLoadSnapshotsSeeAllOfThem(String mode) throws IOException {
    client.createNamespace(SALES);
    Table table = client.createTable(ORDERS, LakeRows.SCHEMA);
    LakeRows.append(table, row(1, "one"));
    LakeRows.append(table, row(2, "two"));
    try (RESTCatalog other = connect(Map.of("warehouse", "lake", "snapshot-loading-mode", mode))) {
      Table loaded = other.loadTable(ORDERS);
      assertThat(loaded.snapshots()).hasSize(2);
      assertThat(LakeRows.read(loaded)).hasSize(2);
      assertThat(LakeRows.read(other.loadTable(ORDERS))).hasSize(2);
      LakeRows.append(table, row(3, "three"));
      assertThat(LakeRows.read(other.loadTable(ORDERS))).hasSize(3);
    }
  }

  @Test
  void aTableMadeInATransactionAppearsWithItsRowsAtTheCommit() throws IOException {
    client.createNamespace(SALES);
    Transaction transaction =
        client.newCreateTableTransaction(ORDERS, LakeRows.SCHEMA, PartitionSpec.unpartitioned());
    LakeRows.append(transaction.table(), row(1, "one"));
    assertThat(client.tableExists(ORDERS)).isFalse();
    transaction.commitTransaction();

    Table table = client.loadTable(ORDERS);
    assertThat(((BaseTable) table).operations().current().formatVersion()).isEqualTo(3);
    assertThat(LakeRows.read(table)).containsExactly(row(1, "one"));
  }

  @Test
  void aDroppedTableIsRegisteredAgainFromItsMetadata() throws IOException {
    client.createNamespace(SALES);
    Table table = client.createTable(ORDERS, LakeRows.SCHEMA);
    LakeRows.append(table, row(1, "one"));
    table.refresh();
    String metadata = ((BaseTable) table).operations().current().metadataFileLocation();
    client.dropTable(ORDERS, false);

    client.registerTable(ORDERS, metadata);
    assertThat(LakeRows.read(client.loadTable(ORDERS))).containsExactly(row(1, "one"));
  }

  @Test
  void namesWithEveryKindOfCharacterWork() throws IOException {
    for (String name : List.of("a b", "a+b", "a/b", "a%2Fb", "ä€𝄞", "a&b=c?d")) {
      Namespace namespace = Namespace.of("n " + name, name);
      client.createNamespace(Namespace.of("n " + name));
      client.createNamespace(namespace);
      TableIdentifier identifier = TableIdentifier.of(namespace, name + ".t");
      LakeRows.append(client.createTable(identifier, LakeRows.SCHEMA), row(1, name));
      assertThat(client.listTables(namespace)).containsExactly(identifier);
      assertThat(LakeRows.read(client.loadTable(identifier))).containsExactly(row(1, name));
    }
  }

  @Test
  void errorsArriveAsIcebergsExceptions() {
    assertThatThrownBy(() -> client.createTable(ORDERS, LakeRows.SCHEMA))
        .isInstanceOf(NoSuchNamespaceException.class)
        .hasMessageContaining("sales");
    client.createNamespace(SALES);
    assertThatThrownBy(() -> client.loadTable(ORDERS))
        .isInstanceOf(NoSuchTableException.class)
        .hasMessageContaining("sales.orders");
    client.createTable(ORDERS, LakeRows.SCHEMA);
    assertThatThrownBy(() -> client.createTable(ORDERS, LakeRows.SCHEMA))
        .isInstanceOf(AlreadyExistsException.class)
        .hasMessageContaining("sales.orders");
    assertThatThrownBy(() -> client.renameTable(TableIdentifier.of(SALES, "x"), ORDERS))
        .isInstanceOf(NoSuchTableException.class);
  }

  @Test
  void ofTwoConflictingSchemaChangesOneFails() {
    client.createNamespace(SALES);
    Table one = client.createTable(ORDERS, LakeRows.SCHEMA);
    Table two = client.loadTable(ORDERS);
    one.updateSchema().addColumn("a", Types.IntegerType.get()).commit();
    UpdateSchema late = two.updateSchema().addColumn("b", Types.IntegerType.get());
    assertThatThrownBy(late::commit).isInstanceOf(CommitFailedException.class);
    assertThat(client.loadTable(ORDERS).schema().findField("b")).isNull();
  }

  @Test
  void viewsAreMadeReplacedRenamedAndDropped() {
    TableIdentifier big = TableIdentifier.of(SALES, "big");
    TableIdentifier small = TableIdentifier.of(SALES, "small");
    client.createNamespace(SALES);
    assertThatThrownBy(() -> client.loadView(big)).isInstanceOf(NoSuchViewException.class);
    View view =
        client
            .buildView(big)
            .withSchema(LakeRows.SCHEMA)
            .withDefaultNamespace(SALES)
            .withQuery("spark", "SELECT * FROM orders")
            .create();
    view.updateProperties().set("comment", "all of them").commit();

    assertThat(client.viewExists(big)).isTrue();
    assertThat(client.listViews(SALES)).containsExactly(big);
    client.renameView(big, small);
    assertThat(client.loadView(small).properties()).containsEntry("comment", "all of them");
    assertThat(client.dropView(small)).isTrue();
    assertThat(client.listViews(SALES)).isEmpty();
  }

  @Test
  void aClientThatNamesNoWarehouseGetsTheFirst() throws IOException {
    client.createNamespace(SALES);
    try (RESTCatalog other = connect(Map.of())) {
      assertThat(other.listNamespaces()).containsExactly(SALES);
    }
  }

  @Test
  void aServersWarehouseCanBeTheLakeOfAnother() throws IOException {
    Map<String, String> properties =
        Map.of(
            "type", "rest",
            "uri", "http://127.0.0.1:" + service.port() + "/iceberg",
            "warehouse", "lake");
    try (LakeCatalog other = LakeCatalog.open(data.resolve("other"), properties)) {
      other.check();
      other.namespaces().createNamespace(SALES, new HashMap<>());
      LakeRows.append(other.catalog().createTable(ORDERS, LakeRows.SCHEMA), row(1, "one"));
    }
    assertThat(LakeRows.read(lake.catalog().loadTable(ORDERS))).containsExactly(row(1, "one"));
  }

  @Test
  void anUnknownWarehouseIsRefusedWithTheKnownOnes() {
    assertThatThrownBy(() -> connect(Map.of("warehouse", "pond")))
        .isInstanceOf(NoSuchWarehouseException.class)
        .hasMessageContaining("There is no warehouse pond")
        .hasMessageContaining("[lake]");
  }

  private RESTCatalog connect(Map<String, String> given) {
    Map<String, String> properties = new HashMap<>(given);
    properties.put("uri", "http://127.0.0.1:" + service.port() + "/iceberg");
    properties.put("io-impl", LakeFileIO.class.getName());
    RESTCatalog catalog = new RESTCatalog();
    catalog.initialize("lake", properties);
    return catalog;
  }
}
