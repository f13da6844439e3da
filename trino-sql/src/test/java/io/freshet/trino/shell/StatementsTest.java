/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.shell;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class StatementsTest {
  @Test
  void semicolonsEndStatements() {
    assertThat(Statements.of(" SELECT 1 ;\n\nSELECT 2; ")).containsExactly("SELECT 1", "SELECT 2");
    assertThat(Statements.of("")).isEmpty();
  }

  @Test
  void semicolonsInQuotesAndCommentsDoNot() {
    assertThat(Statements.of("SELECT 'a;''b;' AS \"c;d\" -- e;\n, /* f;\n */ 1; SELECT 2"))
        .containsExactly("SELECT 'a;''b;' AS \"c;d\" -- e;\n, /* f;\n */ 1", "SELECT 2");
  }

  @Test
  void whatIsNotClosedIsLeftToTrinoToRefuse() {
    assertThat(Statements.of("SELECT 'a; SELECT 2")).containsExactly("SELECT 'a", "SELECT 2");
  }
}
