/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * A Trino server in a process of its own, whose only plugin is the zip that this build made,
 * unpacked as the README says. The process ends with {@link #close}.
 */
final class TrinoServerProcess implements AutoCloseable {
  private static final String VERSION = "483";
  private static final long CLOSE_SECONDS = 30;
  private static final int LOG_LINES = 80;
  private static final int LOG_COLUMNS = 400;

  private final Process process;
  private final Path log;

  private TrinoServerProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Starts a server, and does not wait for it.
   *
   * @param coordinatorPort this server's own if it is the coordinator
   */
  static TrinoServerProcess start(
      Path folder, String nodeId, int port, int coordinatorPort, String freshetUri)
      throws IOException {
    Path plugins = folder.resolve("plugin");
    unpackPlugin(plugins);
    Path etc = Files.createDirectories(folder.resolve("etc"));
    Path catalogs = Files.createDirectories(etc.resolve("catalog"));
    Files.write(
        catalogs.resolve("freshet.properties"),
        List.of("connector.name=freshet", "freshet.uri=" + freshetUri));
    Files.write(
        etc.resolve("config.properties"),
        List.of(
            "node.environment=test",
            "node.id=" + nodeId,
            "coordinator=" + (port == coordinatorPort),
            "node-scheduler.include-coordinator=false",
            "http-server.http.port=" + port,
            "discovery.uri=http://127.0.0.1:" + coordinatorPort,
            "plugin.dir=" + plugins,
            "catalog.config-dir=" + catalogs,
            "memory.heap-headroom-per-node=100MB",
            "query.max-memory-per-node=200MB"));
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(command(etc))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    return new TrinoServerProcess(process, log);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** The end of what the server said; its lines can be very long. */
  String log() throws IOException {
    List<String> lines = Files.readAllLines(log, UTF_8);
    return lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()).stream()
        .map(line -> line.substring(0, Math.min(line.length(), LOG_COLUMNS)))
        .collect(Collectors.joining("\n"));
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static List<String> command(Path etc) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx700m",
            "-XX:+UseG1GC",
            "-XX:G1HeapRegionSize=8M",
            "--add-modules=jdk.incubator.vector",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "--enable-native-access=ALL-UNNAMED",
            "-Dairlift.quiet=true",
            "-Dconfig=" + etc.resolve("config.properties")));
    command.addAll(List.of("-cp", classPath(), TrinoServerMain.class.getName(), VERSION));
    return command;
  }

  /** Trino's own class path is a part of that of the tests; the plugin gets nothing from it. */
  private static String classPath() {
    String surefire = System.getProperty("surefire.test.class.path");
    return surefire != null ? surefire : System.getProperty("java.class.path");
  }

  private static void unpackPlugin(Path plugins) throws IOException {
    try (InputStream in = Files.newInputStream(pluginZip());
        ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Path target = plugins.resolve(entry.getName()).normalize();
        if (!entry.isDirectory() && target.startsWith(plugins)) {
          Files.createDirectories(target.getParent());
          Files.copy(zip, target);
        }
      }
    }
  }

  private static Path pluginZip() throws IOException {
    Path target = Path.of("target").toAbsolutePath();
    Collection<Path> zips;
    try (Stream<Path> files = Files.list(target)) {
      zips = files.filter(file -> file.toString().endsWith("-plugin.zip")).toList();
    }
    return zips.stream()
        .findFirst()
        .orElseThrow(() ->
            new IllegalStateException(
                "There is no plugin zip in "
                    + target
                    + ": build it with ./mvnw -pl trino-connector -am package -DskipTests"));
  }
}
