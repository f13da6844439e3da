/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server in a process of its own, with default settings but for the memory of its rows. */
final class ServerProcess implements AutoCloseable {
  /** JVM options of the server; they come after those that all Freshet processes have. */
  static final String OPTIONS = "freshet.benchmarks.server.options";

  private static final String DEFAULT_OPTIONS = "-Xms256m -Xmx2g -XX:MaxDirectMemorySize=4g";
  private static final long CLOSE_SECONDS = 60;

  private final Process process;
  private final String uri;

  private ServerProcess(Process process, String uri) {
    this.process = process;
    this.uri = uri;
  }

  /**
   * Starts a server and waits until it answers.
   *
   * @param freshMemory how much memory fresh rows may take, such as {@code 1GB}
   */
  static ServerProcess start(Path data, String freshMemory) throws IOException {
    return start(data, List.of(freshMemory));
  }

  /**
   * As {@link #start(Path, String)}.
   *
   * @param lookUpCache how much memory pages for look-ups may take
   */
  static ServerProcess start(Path data, String freshMemory, String lookUpCache) throws IOException {
    return start(data, List.of(freshMemory, lookUpCache));
  }

  private static ServerProcess start(Path data, List<String> memory) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (isForAllProcesses(argument)) {
        command.add(argument);
      }
    }
    command.addAll(List.of(System.getProperty(OPTIONS, DEFAULT_OPTIONS).split(" ")));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(ServerMain.class.getName(), data.toString()));
    command.addAll(memory);
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    BufferedReader out = process.inputReader(UTF_8);
    String uri = out.readLine();
    while (uri != null && !uri.startsWith("grpc://")) { // The JVM may have something to say first.
      uri = out.readLine();
    }
    if (uri == null) {
      process.destroyForcibly();
      throw new IOException("The server did not start: see its messages above");
    }
    return new ServerProcess(process, uri);
  }

  /** Processor time of the server since it started. */
  double cpuSeconds() {
    return process.info().totalCpuDuration().map(time -> time.toNanos() / 1e9).orElse(0.0);
  }

  String uri() {
    return uri;
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    try {
      if (!process.waitFor(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static boolean isForAllProcesses(String argument) {
    return argument.startsWith("--add-opens")
        || argument.startsWith("--sun-misc")
        || argument.startsWith("--enable-native-access")
        || argument.startsWith("-Dio.netty.")
        || argument.equals("-XX:+IgnoreUnrecognizedVMOptions");
  }
}
