/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli;

import static io.freshet.error.FreshetErrorCode.INTERNAL;
import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.freshet.cli.output.Console;
import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Prints the failure of a command: one line, or one JSON object with {@code --json}. */
final class Failures {
  private final Console console;

  Failures(Console console) {
    this.console = console;
  }

  /** Prints a wrong command line, with the way to the help. */
  int wrongUsage(ParameterException failure, String[] arguments) {
    CommandLine command = failure.getCommandLine();
    if (Arrays.asList(arguments).contains("--json")) {
      console.useJson();
    }
    String hint = "Try '" + command.getCommandSpec().qualifiedName() + " --help'.";
    print(failure, INVALID_REQUEST, sentence(usageMessage(failure)) + " " + hint);
    return ExitCode.WRONG_USAGE.number();
  }

  /** Prints what a command threw. */
  int failed(Exception failure) {
    FreshetErrorCode code = failure instanceof FreshetException e ? e.code() : INTERNAL;
    print(failure, code, message(failure));
    return ExitCode.of(failure).number();
  }

  private void print(Exception failure, FreshetErrorCode code, String message) {
    if (console.isJson()) {
      ObjectNode root = JsonNodeFactory.instance.objectNode();
      ObjectNode error = root.putObject("error");
      error.put("code", code.name());
      error.put("number", code.number());
      error.put("remedy", code.remedy().name());
      error.put("message", message);
      console.err().println(root);
    } else {
      console.err().println("error: " + message.strip().replaceAll("\\s*\\R\\s*", " "));
    }
    if (console.isVerbose()) {
      failure.printStackTrace(console.err());
    }
  }

  private static String usageMessage(ParameterException failure) {
    if (failure instanceof UnmatchedArgumentException e && !e.getUnmatched().isEmpty()) {
      String argument = e.getUnmatched().get(0);
      boolean isOption = argument.startsWith("-");
      boolean takesCommand = !failure.getCommandLine().getSubcommands().isEmpty();
      String kind = isOption ? "option" : takesCommand ? "command" : "argument";
      String unknown = "'" + argument + "' is no " + kind + " here";
      return e.getSuggestions().isEmpty()
          ? unknown
          : unknown + ": did you mean " + String.join(" or ", e.getSuggestions()) + "?";
    }
    return message(failure);
  }

  private static String message(Throwable failure) {
    String message = failure.getMessage();
    if (failure instanceof ParameterException) {
      return String.valueOf(message).replaceFirst("^Error: ", ""); // Some of picocli's have it.
    }
    if (failure instanceof FreshetException) {
      return String.valueOf(message);
    }
    if (failure instanceof UncheckedIOException && failure.getCause() != null) {
      return message(failure.getCause());
    }
    if (failure instanceof NoSuchFileException) {
      return "There is no file " + message;
    }
    if (failure instanceof AccessDeniedException) {
      return "No permission to open " + message;
    }
    if (failure instanceof IOException && message != null) {
      return message;
    }
    return "Internal error, which should not happen (--verbose shows where): " + failure;
  }

  private static String sentence(String text) {
    return text.endsWith(".") || text.endsWith("?") ? text : text + ".";
  }
}
