/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.cli.output.Console;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The {@code freshet} command: options that every command has, and the list of commands. */
@Command(
    name = "freshet",
    description = "One table over an Iceberg lake and the rows that are not in it yet.",
    versionProvider = FreshetCommand.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Example: which columns a table would have that is made like a file",
      "  freshet columns flights.parquet"
    })
public final class FreshetCommand implements Runnable {
  private final Console console;

  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help and exit.")
  private boolean isHelpRequested;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      scope = ScopeType.INHERIT,
      description = "Print the version and exit.")
  private boolean isVersionRequested;

  private FreshetCommand(Console console) {
    this.console = console;
    this.spec = CommandSpec.create();
  }

  public static void main(String[] arguments) {
    Console console = Console.ofProcess();
    int exitCode = commandLine(console).execute(arguments);
    console.flush();
    System.exit(exitCode);
  }

  /** The parser of the whole command line; commands print to {@code console}. */
  static CommandLine commandLine(Console console) {
    CommandLine root = new CommandLine(new FreshetCommand(console));
    root.addSubcommand(new QuickstartCommand(console));
    root.addSubcommand(new ServerCommand(console));
    root.addSubcommand(tables(console));
    root.addSubcommand(new WriteCommand(console));
    root.addSubcommand(new ReadCommand(console));
    root.addSubcommand(new TierCommand(console));
    root.addSubcommand(new CompactCommand(console));
    root.addSubcommand(new ExpireCommand(console));
    root.addSubcommand(new StatusCommand(console));
    root.addSubcommand(new ColumnsCommand(console));
    root.addSubcommand(new CompletionCommand(console));
    Failures failures = new Failures(console);
    root.setExecutionExceptionHandler((failure, command, result) -> failures.failed(failure));
    root.setParameterExceptionHandler(failures::wrongUsage);
    root.setCaseInsensitiveEnumValuesAllowed(true);
    root.setAbbreviatedSubcommandsAllowed(false);
    root.setUsageHelpWidth(Math.min(console.columns(), 100));
    root.setOut(new PrintWriter(console.out(), true, UTF_8));
    root.setErr(new PrintWriter(console.err(), true, UTF_8));
    documentExitCodes(root);
    return root;
  }

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "Print results and errors as JSON, one object per line, and no progress.")
  private void json(boolean isJson) {
    if (isJson) {
      console.useJson();
    }
  }

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Print the stack trace of an error too.")
  private void verbose(boolean isVerbose) {
    if (isVerbose) {
      console.beVerbose();
    }
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Which command?");
  }

  private static CommandLine tables(Console console) {
    return new CommandLine(new TableCommand())
        .addSubcommand(new TableCreateCommand(console))
        .addSubcommand(new TableListCommand(console))
        .addSubcommand(new TableDescribeCommand(console))
        .addSubcommand(new TableAlterCommand(console))
        .addSubcommand(new TableRenameCommand(console))
        .addSubcommand(new TableTruncateCommand(console))
        .addSubcommand(new TableDropCommand(console))
        .addSubcommand(new TableAttachCommand(console));
  }

  private static void documentExitCodes(CommandLine command) {
    command
        .getCommandSpec()
        .usageMessage()
        .exitCodeListHeading("%nExit codes:%n")
        .exitCodeList(ExitCode.help());
    command.getSubcommands().values().forEach(FreshetCommand::documentExitCodes);
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = FreshetCommand.class.getPackage().getImplementationVersion();
      return new String[] {
        "freshet " + (version == null ? "(not packaged)" : version),
        "JVM " + System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version")
      };
    }
  }
}
