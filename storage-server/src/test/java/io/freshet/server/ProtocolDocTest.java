/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.error.FreshetErrorCode;
import io.freshet.error.Remedy;
import io.freshet.protocol.Acknowledgement;
import io.freshet.protocol.AlterProperties;
import io.freshet.protocol.AlterSchema;
import io.freshet.protocol.AppendCommand;
import io.freshet.protocol.BatchMetadata;
import io.freshet.protocol.BucketOffsets;
import io.freshet.protocol.ChangesTicket;
import io.freshet.protocol.CountPartitions;
import io.freshet.protocol.CreateTable;
import io.freshet.protocol.DropTable;
import io.freshet.protocol.FreshRange;
import io.freshet.protocol.FreshetAction;
import io.freshet.protocol.LakeBase;
import io.freshet.protocol.LeaseState;
import io.freshet.protocol.ListTables;
import io.freshet.protocol.LookUpCommand;
import io.freshet.protocol.NamespaceList;
import io.freshet.protocol.NamespaceRequest;
import io.freshet.protocol.OffsetRange;
import io.freshet.protocol.OffsetsRequest;
import io.freshet.protocol.OverlayRequest;
import io.freshet.protocol.OverlayVector;
import io.freshet.protocol.PartitionCounts;
import io.freshet.protocol.PlanRequest;
import io.freshet.protocol.ReadCommand;
import io.freshet.protocol.ReadTicket;
import io.freshet.protocol.RenameTable;
import io.freshet.protocol.ReplaceTable;
import io.freshet.protocol.ServerInfo;
import io.freshet.protocol.SnapshotRequest;
import io.freshet.protocol.TableDescription;
import io.freshet.protocol.TableList;
import io.freshet.protocol.TableOffsets;
import io.freshet.protocol.TableRequest;
import io.freshet.protocol.TierResult;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.table.SchemaChange;
import io.freshet.table.TableOptions;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The protocol's specification names everything that the code has. */
@SuppressWarnings("NullAway.Init")
final class ProtocolDocTest {
  private static final List<Class<? extends Record>> RECORDS =
      List.of(
          Acknowledgement.class,
          AlterProperties.class,
          AlterSchema.class,
          AppendCommand.class,
          BatchMetadata.class,
          BucketOffsets.class,
          ChangesTicket.class,
          CountPartitions.class,
          CreateTable.class,
          DropTable.class,
          FreshRange.class,
          LakeBase.class,
          LeaseState.class,
          ListTables.class,
          LookUpCommand.class,
          NamespaceList.class,
          NamespaceRequest.class,
          OffsetRange.class,
          OffsetsRequest.class,
          OverlayRequest.class,
          OverlayVector.class,
          PartitionCounts.Counted.class,
          PartitionCounts.class,
          PlanRequest.class,
          ReadCommand.class,
          ReadTicket.class,
          SchemaChange.AddColumn.class,
          SchemaChange.MoveColumn.class,
          SchemaChange.RenameColumn.class,
          SchemaChange.SetDefault.class,
          SchemaChange.SetDoc.class,
          SchemaChange.WidenColumn.class,
          RenameTable.class,
          ReplaceTable.class,
          ServerInfo.class,
          ServerInfo.Limits.class,
          SnapshotRequest.class,
          TableDescription.class,
          TableList.class,
          TableOffsets.class,
          TableRequest.class,
          TierResult.class,
          UnionSnapshot.class);

  private static String text;

  @BeforeAll
  static void read() throws IOException {
    text = Files.readString(Path.of("..", "docs", "protocol.md"));
  }

  @Test
  void everyActionHasASection() {
    List<String> headings = text.lines().filter(line -> line.startsWith("### ")).toList();
    for (FreshetAction action : FreshetAction.values()) {
      assertThat(headings)
          .anyMatch(heading -> heading.matches(".*\\b" + action.actionName() + "\\b.*"));
    }
  }

  @Test
  void everyErrorCodeIsInTheTableWithNumberAndRemedy() {
    for (FreshetErrorCode code : FreshetErrorCode.values()) {
      assertThat(text)
          .contains("| `%s` | %d | %s |".formatted(code.name(), code.number(), code.remedy()));
    }
    for (Remedy remedy : Remedy.values()) {
      assertThat(text).contains("| `" + remedy + "` |");
    }
  }

  @Test
  void everyFieldOfTheJsonFormsIsThere() {
    for (Class<? extends Record> type : RECORDS) {
      for (RecordComponent field : type.getRecordComponents()) {
        String name = kebabCase(field.getName());
        assertThat(text.contains("\"" + name + "\"") || text.contains("`" + name + "`"))
            .as("%s of %s", name, type.getSimpleName())
            .isTrue();
      }
    }
  }

  @Test
  void everyTablePropertyIsThere() {
    for (String property :
        List.of(
            TableOptions.FRESHNESS,
            TableOptions.TIERING_SIZE,
            TableOptions.LOG_RETENTION_TIME,
            TableOptions.LOG_RETENTION_SIZE)) {
      assertThat(text).contains("| `" + property + "` |");
    }
  }

  private static String kebabCase(String name) {
    return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }
}
