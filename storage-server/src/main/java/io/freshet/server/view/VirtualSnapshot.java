/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.view;

import java.util.Set;
import org.apache.iceberg.TableMetadata;
import org.jspecify.annotations.Nullable;

/**
 * A union snapshot as Iceberg metadata.
 *
 * @param baseSnapshotId the lake snapshot that it needs; null if the lake is empty
 * @param metadata of the table at this snapshot; read from its metadata file it is the same
 * @param files of the view that it needs, with the metadata file
 * @param newBytes size of the data and delete files that were written for it
 */
record VirtualSnapshot(
    UnionState state,
    @Nullable Long baseSnapshotId,
    TableMetadata metadata,
    Set<String> files,
    long newBytes) {}
