/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.protocol;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;

import io.freshet.error.FreshetException;
import java.util.Arrays;

/** The control calls: Flight actions with a JSON body and one JSON result each. */
public enum FreshetAction {
  SERVER_INFO("server-info", "Version, epoch, limits, and where the lake catalog is served"),
  CREATE_NAMESPACE("create-namespace", "Make a namespace; nothing happens if it exists"),
  LIST_NAMESPACES("list-namespaces", "All namespaces"),
  DROP_NAMESPACE("drop-namespace", "Drop an empty namespace"),
  CREATE_TABLE("create-table", "Make a table, in the lake too"),
  ATTACH_TABLE("attach-table", "Make an Iceberg table of the lake a Freshet table"),
  ALTER_PROPERTIES("alter-properties", "Set and remove table properties"),
  ALTER_SCHEMA("alter-schema", "Add, drop, rename, widen and move columns"),
  RENAME_TABLE("rename-table", "Give a table another name, in the lake too"),
  REPLACE_TABLE("replace-table", "Give a table the name of another one, which goes"),
  TRUNCATE_TABLE("truncate-table", "Remove all rows of a table at once"),
  DROP_TABLE("drop-table", "Drop a table: its log, and with purge its lake files"),
  LIST_TABLES("list-tables", "All tables, or those of one namespace"),
  DESCRIBE_TABLE("describe-table", "Definition and state of a table"),
  PLAN("plan", "Freeze a union snapshot and lease it"),
  OVERLAY("overlay", "The overlay of one lake file in a union snapshot"),
  RENEW("renew", "Extend a union snapshot's lease"),
  RELEASE("release", "Give a union snapshot back"),
  COUNT_PARTITIONS("count-partitions", "Count a union snapshot's fresh rows by partition"),
  BEGIN_TRANSACTION("begin-transaction", "Begin to stage batches that become visible together"),
  COMMIT_TRANSACTION("commit-transaction", "Make what a transaction has staged visible"),
  ABORT_TRANSACTION("abort-transaction", "Drop what a transaction has staged"),
  COMPACT("compact", "Rewrite lake files that are small or largely deleted"),
  EXPIRE_SNAPSHOTS("expire-snapshots", "Remove old lake snapshots and files that nobody needs"),
  OFFSETS("offsets", "Which changes of each bucket can be read, and where a timestamp is"),
  TIER("tier", "Move all fresh rows into the lake now");

  private final String actionName;
  private final String description;

  FreshetAction(String actionName, String description) {
    this.actionName = actionName;
    this.description = description;
  }

  public static FreshetAction named(String name) {
    return Arrays.stream(values())
        .filter(action -> action.actionName.equals(name))
        .findFirst()
        .orElseThrow(() ->
            FreshetException.of(
                INVALID_REQUEST,
                "There is no action '%s'; the actions are %s",
                name,
                Arrays.stream(values()).map(FreshetAction::actionName).toList()));
  }

  public String actionName() {
    return actionName;
  }

  public String description() {
    return description;
  }
}
