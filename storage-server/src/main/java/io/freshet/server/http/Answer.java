/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.http;

import io.javalin.http.HttpStatus;
import org.apache.iceberg.rest.RESTResponse;
import org.jspecify.annotations.Nullable;

/** What a REST catalog request is answered with when it succeeds. */
record Answer(HttpStatus status, @Nullable RESTResponse body, @Nullable String etag) {
  static Answer of(RESTResponse body) {
    return new Answer(HttpStatus.OK, body, null);
  }

  static Answer noContent() {
    return new Answer(HttpStatus.NO_CONTENT, null, null);
  }

  static Answer notModified(String etag) {
    return new Answer(HttpStatus.NOT_MODIFIED, null, etag);
  }

  Answer withEtag(String newEtag) {
    return new Answer(status, body, newEtag);
  }
}
