/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which modules and packages may know each other, and what is not written anywhere. */
@AnalyzeClasses(packages = "io.freshet", importOptions = ImportOption.DoNotIncludeTests.class)
final class ModuleRulesTest {
  private static final String[] UNION_READ = {
    "io.freshet.error..",
    "io.freshet.table..",
    "io.freshet.arrow..",
    "io.freshet.filter..",
    "io.freshet.bucket..",
    "io.freshet.protocol..",
    "io.freshet.client..",
    "io.freshet.reader..",
    "io.freshet.lake.."
  };

  @ArchTest
  static final ArchRule UNION_READ_KNOWS_NO_SERVER =
      noClasses()
          .that()
          .resideInAnyPackage(UNION_READ)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.freshet.server..", "io.freshet.cli..", "io.freshet.benchmarks..");

  @ArchTest
  static final ArchRule SERVER_KNOWS_NO_COMMAND_LINE =
      noClasses()
          .that()
          .resideInAPackage("io.freshet.server..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.freshet.cli..", "io.freshet.benchmarks..");

  @ArchTest
  static final ArchRule STATE_KNOWS_NO_SERVICE =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.freshet.server.log..",
              "io.freshet.server.loop..",
              "io.freshet.server.fresh..",
              "io.freshet.server.bucket..",
              "io.freshet.server.table..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.freshet.server.flight..", "io.freshet.server.http..");

  @ArchTest
  static final ArchRule CONNECTORS_KNOW_NO_SERVER =
      noClasses()
          .that()
          .resideInAnyPackage("io.freshet.spark..", "io.freshet.trino..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.freshet.server..", "io.freshet.cli..", "io.freshet.benchmarks..")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule NO_CYCLES = slices().matching("io.freshet.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule NO_CYCLES_IN_THE_SERVER =
      slices().matching("io.freshet.server.(*)..").should().beFreeOfCycles();

  /** A base is what the fresh tier is relative to; these are such, and no superclasses. */
  @ArchTest
  static final ArchRule NAMES_SAY_WHAT_A_CLASS_DOES =
      noClasses()
          .that()
          .haveNameNotMatching(
              "io\\.freshet\\.(protocol\\.LakeBase|server\\.keys\\.NewBase|server\\.table\\.Base)")
          .should()
          .haveSimpleNameEndingWith("Util")
          .orShould()
          .haveSimpleNameEndingWith("Utils")
          .orShould()
          .haveSimpleNameEndingWith("Helper")
          .orShould()
          .haveSimpleNameEndingWith("Manager")
          .orShould()
          .haveSimpleNameEndingWith("Impl")
          .orShould()
          .haveSimpleNameEndingWith("Common")
          .orShould()
          .haveSimpleNameEndingWith("Base");

  @ArchTest
  static final ArchRule LOGS_GO_TO_SLF4J =
      noClasses().should().dependOnClassesThat().resideInAPackage("java.util.logging..");

  @ArchTest
  static final ArchRule ONLY_COMMANDS_PRINT =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.freshet.cli..", "io.freshet.benchmarks..")
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err");
}
