/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.shell;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class StatementsTest {
  @Test
  void semicolonsInStringsAndCommentsDivideNothing() {
    assertThat(Statements.of("SELECT ';' AS `a;b`; -- not; here\nSHOW TABLES /* nor; here */;\n"))
        .hasSize(2)
        .first()
        .isEqualTo("SELECT ';' AS `a;b`");
  }

  @Test
  void whatHasNoSemicolonYetIsNotWhole() {
    assertThat(Statements.areWhole("SELECT 1;")).isTrue();
    assertThat(Statements.areWhole("SELECT\n 1 ;  ")).isTrue();
    assertThat(Statements.areWhole("SELECT 1")).isFalse();
    assertThat(Statements.areWhole("SELECT 1; SELECT")).isFalse();
    assertThat(Statements.areWhole("SELECT 'a;")).isFalse();
    assertThat(Statements.areWhole("SELECT 1 -- ;")).isFalse();
  }
}
