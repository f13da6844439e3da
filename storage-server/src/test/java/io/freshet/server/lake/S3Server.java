/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An S3 server in a child process, with one bucket, on a free local port. Its jar is put below
 * {@code target} by the build, before the integration tests.
 */
final class S3Server implements AutoCloseable {
  static final String BUCKET = "lake-bucket";

  private static final Path JAR = Path.of("target", "s3-server", "s3mock.jar");
  private static final Pattern STARTED =
      Pattern.compile("Tomcat started on ports .* (\\d+) \\(http\\)");

  private final Process process;
  private final int port;

  private S3Server(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  static S3Server start(Path folder) throws IOException {
    if (!Files.exists(JAR)) {
      throw new IOException(JAR.toAbsolutePath() + " is missing: run ./mvnw pre-integration-test");
    }
    String java =
        System.getProperty("java.home") + File.separator + "bin" + File.separator + "java";
    Process process =
        new ProcessBuilder(
                java,
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                JAR.toString(),
                "--server.address=127.0.0.1",
                "--server.port=0",
                "--com.adobe.testing.s3mock.httpPort=0",
                "--com.adobe.testing.s3mock.store.root=" + Files.createDirectories(folder),
                "--com.adobe.testing.s3mock.store.initialBuckets=" + BUCKET)
            .redirectErrorStream(true)
            .start();
    return new S3Server(process, awaitPort(process));
  }

  /** Catalog properties that lead Iceberg here. */
  Map<String, String> properties() {
    Map<String, String> properties = new HashMap<>();
    properties.put("warehouse", "s3://" + BUCKET + "/warehouse");
    properties.put("s3.endpoint", "http://127.0.0.1:" + port);
    properties.put("s3.path-style-access", "true");
    properties.put("s3.access-key-id", "any");
    properties.put("s3.secret-access-key", "any");
    properties.put("client.region", "us-east-1");
    return properties;
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }

  private static int awaitPort(Process process) throws IOException {
    StringBuilder output = new StringBuilder();
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      output.append(line).append('\n');
      Matcher started = STARTED.matcher(line);
      if (started.find()) {
        drain(reader);
        return Integer.parseInt(started.group(1));
      }
    }
    throw new IOException("The S3 server did not start:\n" + output);
  }

  /** Keeps the pipe empty, or the server would block on its log. */
  private static void drain(BufferedReader reader) {
    Thread thread =
        new Thread(
            () -> {
              try (reader) {
                while (reader.readLine() != null) {}
              } catch (IOException e) {
                // The process has ended.
              }
            },
            "s3-server-log");
    thread.setDaemon(true);
    thread.start();
  }
}
