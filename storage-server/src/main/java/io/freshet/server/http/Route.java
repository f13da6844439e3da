/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.http;

import org.apache.iceberg.rest.Endpoint;

/** An endpoint of the Iceberg REST specification and what answers it. */
record Route(Endpoint endpoint, Operation operation) {
  /** Whether it changes nothing. */
  boolean isRead() {
    return endpoint.httpMethod().equals("GET")
        || endpoint.httpMethod().equals("HEAD")
        || endpoint.equals(Endpoint.V1_REPORT_METRICS);
  }

  /** Answers, or throws one of Iceberg's exceptions or a FreshetException. */
  interface Operation {
    Answer answer(CatalogRequest request);
  }
}
