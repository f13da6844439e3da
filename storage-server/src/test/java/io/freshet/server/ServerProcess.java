/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A server in a process of its own, on the same ports and data from start to start. */
final class ServerProcess implements AutoCloseable {
  private static final int LOG_LINES = 30;

  private final Path data;
  private final Path log;
  private final String segmentSize;
  private final int flightPort;
  private final int httpPort;
  private Process process;
  private boolean isReady;

  ServerProcess(Path folder, String segmentSize) throws IOException {
    this.data = folder.resolve("data");
    this.log = folder.resolve("server.log");
    this.segmentSize = segmentSize;
    try (ServerSocket first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket second = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      this.flightPort = first.getLocalPort();
      this.httpPort = second.getLocalPort();
    }
    this.process = launch();
  }

  String flightUri() {
    return "grpc://127.0.0.1:" + flightPort;
  }

  Path data() {
    return data;
  }

  long pid() {
    return process.pid();
  }

  /** Kills the process as it is, without any farewell, and starts another one. */
  void killAndStart() throws IOException {
    kill();
    process = launch();
  }

  void kill() {
    isReady = false;
    process.destroyForcibly();
    process.onExit().join();
  }

  /** Ends the server in order. */
  void stop() throws IOException {
    process.getOutputStream().close();
    process.onExit().join();
  }

  /** Waits until the server answers calls. */
  void awaitReady() throws IOException {
    if (isReady) {
      return;
    }
    BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (line.startsWith(ServerUnderTest.READY)) {
        isReady = true;
        return;
      }
    }
    throw new IOException("The server did not start:\n" + lastLines());
  }

  /** The end of what the servers have logged. */
  String lastLines() {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    kill();
  }

  private Process launch() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(String.join(File.separator, System.getProperty("java.home"), "bin", "java"));
    command.addAll(
        List.of(
            "-Xmx512m",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-XX:+IgnoreUnrecognizedVMOptions",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            ServerUnderTest.class.getName(),
            data.toString(),
            Integer.toString(flightPort),
            Integer.toString(httpPort),
            segmentSize));
    return new ProcessBuilder(command)
        .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }
}
