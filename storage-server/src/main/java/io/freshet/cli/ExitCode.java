/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli;

import io.freshet.error.FreshetException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.ParameterException;

/** How a command ended, as a script sees it. Numbers are never changed and never used again. */
enum ExitCode {
  OK(0, "Done."),
  MAY_PASS(1, "Failed, and the same command may succeed later: try again."),
  WRONG_USAGE(2, "The command line is wrong: see --help."),
  REFUSED(3, "The request can't succeed as it is: change it."),
  OPERATOR(4, "The server, its disk or its lake needs somebody to look at it.");

  private final int number;
  private final String meaning;

  ExitCode(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  int number() {
    return number;
  }

  static ExitCode of(Throwable failure) {
    if (failure instanceof FreshetException e) {
      return switch (e.remedy()) {
        case RETRY, REPLAN -> MAY_PASS;
        case FIX_REQUEST -> REFUSED;
        case OPERATOR -> OPERATOR;
      };
    }
    if (failure instanceof ParameterException) {
      return WRONG_USAGE;
    }
    return failure instanceof IOException || failure instanceof UncheckedIOException
        ? MAY_PASS
        : OPERATOR;
  }

  /** Number to meaning, as picocli prints it. */
  static Map<String, String> help() {
    Map<String, String> help = new LinkedHashMap<>();
    for (ExitCode code : values()) {
      help.put(" " + code.number, code.meaning);
    }
    return help;
  }
}
