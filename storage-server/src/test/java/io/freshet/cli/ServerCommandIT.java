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
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.cli.output.Console;
import io.freshet.server.TestServer;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class ServerCommandIT {
  @TempDir private Path folder = Path.of("");

  /** A server command that runs on a thread of its own. */
  private static final class Running implements AutoCloseable {
    private final AtomicInteger exitCode = new AtomicInteger(-1);
    private final Thread thread;
    private final BufferedReader out;

    Running(String... arguments) throws IOException {
      PipedOutputStream pipe = new PipedOutputStream();
      out = new BufferedReader(new InputStreamReader(new PipedInputStream(pipe), UTF_8));
      Console console =
          new Console(
              new PrintStream(pipe, true, UTF_8),
              new PrintStream(new ByteArrayOutputStream(), true, UTF_8),
              Console.Stream.PIPE,
              Console.Stream.PIPE,
              100);
      thread =
          new Thread(() -> exitCode.set(FreshetCommand.commandLine(console).execute(arguments)));
      thread.start();
    }

    int stop() throws InterruptedException {
      thread.interrupt();
      thread.join();
      return exitCode.get();
    }

    @Override
    public void close() throws InterruptedException {
      stop();
    }
  }

  @Test
  void theServerSaysWhereItIsAndStopsInOrder() throws Exception {
    Path config =
        Files.writeString(
            folder.resolve("freshet.yaml"),
            "data: " + folder.resolve("data") + "\nflight-port: 1\nhttp-port: 0\nlease: 10s\n");
    try (Running server =
        new Running("server", "--config", config.toString(), "--flight-port", "0", "--json")) {
      JsonNode ready = new ObjectMapper().readTree(server.out.readLine());
      String flight = ready.get("flight").asText();
      assertThat(flight).doesNotEndWith(":1");
      assertThat(URI.create(ready.get("http").asText()).getPort()).isPositive();
      assertThat(ready.get("data").asText()).isEqualTo(folder.resolve("data").toString());

      assertThat(CommandRun.of("table", "create", "db.t", "--columns", "a int", "--server", flight))
          .extracting(CommandRun::exitCode)
          .isEqualTo(0);
      assertThat(server.stop()).isZero();
      assertThat(CommandRun.of("table", "list", "--server", flight).exitCode()).isEqualTo(1);
    }
    try (TestServer again = new TestServer(folder.resolve("data"))) {
      assertThat(again.client().listTables()).hasToString("[db.t]");
    }
  }

  @Test
  void theScreenShowsHowToConnect() throws Exception {
    String data = folder.resolve("data").toString();
    try (Running server =
        new Running("server", "--data", data, "--flight-port", "0", "--http-port", "0")) {
      assertThat(server.out.readLine()).startsWith("Freshet ").endsWith(" is running.");
      server.out.readLine();
      assertThat(server.out.readLine()).startsWith("  Arrow Flight   grpc://127.0.0.1:");
      assertThat(server.out.readLine()).startsWith("  Lake catalog   http://127.0.0.1:");
      assertThat(server.out.readLine()).startsWith("  Metrics        http://127.0.0.1:");
      assertThat(server.out.readLine()).isEqualTo("  Data           " + data);
    }
  }

  @Test
  void aFolderOrPortInUseIsNamed() throws IOException {
    Path data = folder.resolve("data");
    try (TestServer other = new TestServer(data)) {
      CommandRun sameFolder = server(data, 0, 0);
      assertThat(sameFolder.exitCode()).isEqualTo(4);
      assertThat(sameFolder.err())
          .startsWith("error: Data folder " + data + " is in use by the server with process id ")
          .contains("start this one with another --data folder")
          .hasLineCount(1);

      int flight = URI.create(other.server().flightUri()).getPort();
      CommandRun sameFlight = server(folder.resolve("a"), flight, 0);
      assertThat(sameFlight.exitCode()).isEqualTo(3);
      assertThat(sameFlight.err())
          .startsWith("error: Cannot listen for Arrow Flight on 127.0.0.1:" + flight)
          .contains("choose another port with --flight-port")
          .hasLineCount(1);

      int http = URI.create(other.server().httpUri()).getPort();
      CommandRun sameHttp = server(folder.resolve("b"), 0, http);
      assertThat(sameHttp.exitCode()).isEqualTo(3);
      assertThat(sameHttp.err())
          .startsWith("error: Cannot listen for HTTP on 127.0.0.1:" + http)
          .contains("choose another port with --http-port")
          .hasLineCount(1);
    }
  }

  @Test
  void wrongSettingsAreNamed() throws IOException {
    assertThat(CommandRun.of("server", "--durability", "maybe").err())
        .startsWith("error: durability is 'maybe': set fsync");
    assertThat(CommandRun.of("server", "--fresh-memory", "much").err())
        .startsWith("error: fresh-memory = 'much' is not a size");
    assertThat(CommandRun.of("server", "--flight-port", "70000").err())
        .startsWith("error: flight-port is 70000: set 1 to 65535");
    assertThat(CommandRun.of("server", "--config", "none.yaml").err())
        .startsWith("error: Can't read none.yaml");
    Path config = Files.writeString(folder.resolve("bad.yaml"), "host: a\nprot: 1\n");
    CommandRun unknown = CommandRun.of("server", "--config", config.toString());
    assertThat(unknown.exitCode()).isEqualTo(3);
    assertThat(unknown.err()).contains("bad.yaml line 2: there is no setting 'prot'");
  }

  private static CommandRun server(Path data, int flightPort, int httpPort) {
    return CommandRun.of(
        "server",
        "--data",
        data.toString(),
        "--flight-port",
        Integer.toString(flightPort),
        "--http-port",
        Integer.toString(httpPort));
  }
}
