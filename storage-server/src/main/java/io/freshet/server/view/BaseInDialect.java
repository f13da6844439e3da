/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.view;

import io.freshet.server.lake.BaseFiles;
import java.util.Set;
import org.apache.iceberg.TableMetadata;

/**
 * A base as a dialect shows it: what virtual snapshots are committed to.
 *
 * @param table with the base as its only snapshot
 * @param base the lake's own files
 * @param files of the view that the base consists of
 */
record BaseInDialect(
    String metadataLocation, TableMetadata table, BaseFiles base, Set<String> files) {}
