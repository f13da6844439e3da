/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.protocol.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The storage server that this build made, in a process of its own with its own class path, on free
 * ports: for the tests of connectors, which share no classes with it.
 */
public final class ServerProcess implements AutoCloseable {
  private static final String MAIN = "io.freshet.cli.FreshetCommand";
  private static final long CLOSE_SECONDS = 30;

  private final Path data;
  private final List<String> options;
  private final Thread killer = new Thread(this::kill, "kill the storage server");
  private Process process;
  private JsonNode ready;

  /**
   * Starts a server and waits until it answers.
   *
   * @param data its folder
   * @param options more options of the command {@code freshet server}
   */
  public ServerProcess(Path data, String... options) {
    this.data = data;
    this.options = List.of(options);
    this.process = launch("0", "0");
    this.ready = awaitReady();
    Runtime.getRuntime().addShutdownHook(killer);
  }

  /** Where it serves Arrow Flight: {@code grpc://host:port}. */
  public String uri() {
    return ready.path("flight").asText();
  }

  /** Where it serves the lake as an Iceberg REST catalog. */
  public String lakeUri() {
    return ready.path("lake").asText();
  }

  /** Processor time that it has spent since its start. */
  public double cpuSeconds() {
    return process.info().totalCpuDuration().map(time -> time.toNanos() / 1e9).orElse(0.0);
  }

  /** Ends the process at once, as a crash would. */
  public void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /** Starts the server again, on the same ports, after {@link #kill} or {@link #stop}. */
  public void restart() {
    process = launch(port(uri()), port(ready.path("http").asText()));
    ready = awaitReady();
  }

  /** Ends the process in order. */
  public void stop() {
    process.destroy();
    awaitEnd();
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(killer);
    stop();
  }

  private Process launch(String flightPort, String httpPort) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+IgnoreUnrecognizedVMOptions",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "--enable-native-access=ALL-UNNAMED",
            "-Dio.netty.tryReflectionSetAccessible=true",
            "-Xmx1g",
            "-XX:MaxDirectMemorySize=2g"));
    command.addAll(List.of("-cp", jar().toString(), MAIN, "server", "--json"));
    command.addAll(List.of("--data", data.toString()));
    command.addAll(List.of("--flight-port", flightPort, "--http-port", httpPort));
    command.addAll(options);
    try {
      return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    } catch (IOException e) {
      throw new UncheckedIOException("Can't start " + command, e);
    }
  }

  private JsonNode awaitReady() {
    try {
      BufferedReader out = process.inputReader(UTF_8);
      String line = out.readLine();
      while (line != null && !line.startsWith("{")) {
        line = out.readLine(); // The JVM may have something to say first.
      }
      if (line == null) {
        throw new IllegalStateException("The storage server did not start: see its messages above");
      }
      return Json.tree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitEnd() {
    try {
      if (!process.waitFor(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static String port(String uri) {
    return uri.substring(uri.lastIndexOf(':') + 1);
  }

  /** The server's jar, which names those that it needs; Maven builds it before the connectors. */
  private static Path jar() {
    Path folder = Path.of("").toAbsolutePath();
    while (folder != null && !Files.isDirectory(folder.resolve("storage-server"))) {
      folder = folder.getParent();
    }
    if (folder == null) {
      throw new IllegalStateException(
          "Not in a checkout of Freshet: " + Path.of("").toAbsolutePath());
    }
    Path jar = folder.resolve("storage-server/target/freshet-storage-server-0.1.0-SNAPSHOT.jar");
    if (!Files.exists(jar)) {
      throw new IllegalStateException(
          "There is no "
              + jar
              + ": build it with ./mvnw -pl storage-server -am package -DskipTests");
    }
    return jar;
  }
}
