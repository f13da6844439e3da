/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.testing.ServerProcess;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The deployable jar in a Spark that was started by spark-submit, whose class loaders keep Spark's
 * own classes apart from those of {@code --jars}.
 */
final class SparkSubmitIT {
  private static final Predicate<Path> ICEBERG =
      jar -> jar.getFileName().toString().startsWith("iceberg-spark-runtime");

  @TempDir private Path folder;

  @Test
  void runsWithIcebergAmongTheAddedJars() throws Exception {
    assertThat(submit(List.of(runtime(), jar(ICEBERG)), spark(ICEBERG.negate())))
        .contains("ANSWER [3,6,a,c]", "ANSWER [1,5]", "ANSWER [copied,2,b]");
  }

  @Test
  void runsWithIcebergAmongTheJarsOfSpark() throws Exception {
    assertThat(submit(List.of(runtime()), spark(jar -> true)))
        .contains("ANSWER [3,6,a,c]", "ANSWER [1,5]", "ANSWER [copied,2,b]");
  }

  private String submit(List<Path> added, List<Path> spark) throws Exception {
    try (ServerProcess server = new ServerProcess(folder.resolve("data"))) {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      // What this JVM was given for Arrow and Spark is what spark-submit gives.
      command.addAll(
          ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
              .filter(argument ->
                  argument.startsWith("--") || argument.startsWith("-XX:+IgnoreUnrecognized"))
              .toList());
      command.addAll(List.of("-Xmx1g", "-cp", join(spark, File.pathSeparator)));
      command.addAll(List.of("org.apache.spark.deploy.SparkSubmit", "--master", "local[1]"));
      command.addAll(List.of("--jars", join(added, ",")));
      command.addAll(List.of("--conf", "spark.ui.enabled=false"));
      command.addAll(
          List.of("--conf", "spark.sql.catalog.freshet=io.freshet.spark.FreshetCatalog"));
      command.addAll(List.of("--conf", "spark.sql.catalog.freshet.uri=" + server.uri()));
      command.addAll(List.of("--class", SubmittedQueries.class.getName()));
      command.add(application().toString());
      command.add(folder.resolve("checkpoint").toUri().toString());
      Path output = folder.resolve("output.txt");
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      int exit = process.waitFor();
      String text = Files.readString(output, UTF_8);
      assertThat(exit).as(text).isZero();
      return text;
    }
  }

  /** A jar with the class that Spark shall run. */
  private Path application() throws IOException {
    Path jar = folder.resolve("application.jar");
    String name = SubmittedQueries.class.getName().replace('.', '/') + ".class";
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        InputStream in = SparkSubmitIT.class.getClassLoader().getResourceAsStream(name)) {
      out.putNextEntry(new JarEntry(name));
      if (in == null) {
        throw new IOException("There is no " + name);
      }
      in.transferTo(out);
      out.closeEntry();
    }
    return jar;
  }

  /** The jars of Spark and of what it brings, as in its own folder, but for some. */
  private static List<Path> spark(Predicate<Path> wanted) {
    List<String> ours =
        List.of(
            "freshet-",
            "flight-core",
            "grpc-",
            "guava-",
            "proto-google-",
            "junit-",
            "assertj-",
            "surefire-",
            "jspecify-");
    return classPath()
        .filter(Files::isRegularFile)
        .filter(jar -> ours.stream().noneMatch(jar.getFileName().toString()::startsWith))
        .filter(wanted)
        .toList();
  }

  private static Path jar(Predicate<Path> wanted) {
    return classPath().filter(wanted).findFirst().orElseThrow();
  }

  private static Path runtime() {
    Path jar = Path.of("target/freshet-spark-runtime-4.1_2.13-0.1.0-SNAPSHOT.jar").toAbsolutePath();
    if (!Files.exists(jar)) {
      throw new IllegalStateException(
          "There is no "
              + jar
              + ": build it with ./mvnw -pl spark-runtime -am package -DskipTests");
    }
    return jar;
  }

  private static Stream<Path> classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(Path::of);
  }

  private static String join(List<Path> jars, String separator) {
    return jars.stream().map(Path::toString).collect(Collectors.joining(separator));
  }
}
