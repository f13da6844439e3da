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

/**
 * An application that spark-submit runs against a server of its own.
 *
 * @param folder for all that they write
 * @param main what Spark runs, which needs no other class of the tests
 * @param master of Spark
 */
record SubmittedApplication(Path folder, Class<?> main, String master) {
  static final Predicate<Path> ICEBERG =
      jar -> jar.getFileName().toString().startsWith("iceberg-spark-runtime");

  /**
   * Runs it to its end, which has to be a good one.
   *
   * @param added the jars of {@code --jars}
   * @param spark the jars of Spark
   * @return what it has said
   */
  String run(List<Path> added, List<Path> spark, String... arguments) throws Exception {
    try (ServerProcess server = new ServerProcess(folder.resolve("data"))) {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      // What this JVM was given for Arrow and Spark is what spark-submit gives.
      List<String> options =
          ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
              .filter(argument ->
                  argument.startsWith("--") || argument.startsWith("-XX:+IgnoreUnrecognized"))
              .toList();
      command.addAll(options);
      command.addAll(List.of("-Xmx1g", "-cp", join(spark, File.pathSeparator)));
      command.addAll(List.of("org.apache.spark.deploy.SparkSubmit", "--master", master));
      command.addAll(List.of("--jars", join(added, ",")));
      command.addAll(List.of("--conf", "spark.ui.enabled=false"));
      command.addAll(
          List.of("--conf", "spark.executor.extraJavaOptions=" + String.join(" ", options)));
      command.addAll(
          List.of("--conf", "spark.sql.catalog.freshet=io.freshet.spark.FreshetCatalog"));
      command.addAll(List.of("--conf", "spark.sql.catalog.freshet.uri=" + server.uri()));
      command.addAll(List.of("--class", main.getName(), jarOfMain().toString()));
      command.addAll(List.of(arguments));
      Path output = folder.resolve("output.txt");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile());
      builder.environment().put("SPARK_HOME", sparkHome(spark).toString());
      builder.environment().put("SPARK_SCALA_VERSION", "2.13");
      int exit = builder.start().waitFor();
      String text = Files.readString(output, UTF_8);
      assertThat(exit).as(text).isZero();
      return text;
    }
  }

  /** The jars of Spark and of what it brings, as in its own folder, but for some. */
  static List<Path> spark(Predicate<Path> wanted) {
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

  static Path jar(Predicate<Path> wanted) {
    return classPath().filter(wanted).findFirst().orElseThrow();
  }

  /** The deployable jar. */
  static Path runtime() {
    Path jar = Path.of("target/freshet-spark-runtime-4.1_2.13-0.1.0-SNAPSHOT.jar").toAbsolutePath();
    if (!Files.exists(jar)) {
      throw new IllegalStateException(
          "There is no "
              + jar
              + ": build it with ./mvnw -pl spark-runtime -am package -DskipTests");
    }
    return jar;
  }

  private Path jarOfMain() throws IOException {
    Path jar = folder.resolve("application.jar");
    String name = main.getName().replace('.', '/') + ".class";
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        InputStream in = main.getClassLoader().getResourceAsStream(name)) {
      out.putNextEntry(new JarEntry(name));
      if (in == null) {
        throw new IOException("There is no " + name);
      }
      in.transferTo(out);
      out.closeEntry();
    }
    return jar;
  }

  /** What executors in processes of their own look for: a folder like that of an unpacked Spark. */
  private Path sparkHome(List<Path> spark) throws IOException {
    Path home = folder.resolve("spark");
    Path jars = Files.createDirectories(home.resolve("jars"));
    for (Path jar : spark) {
      Files.createSymbolicLink(jars.resolve(jar.getFileName()), jar);
    }
    return home;
  }

  private static Stream<Path> classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(Path::of);
  }

  private static String join(List<Path> jars, String separator) {
    return jars.stream().map(Path::toString).collect(Collectors.joining(separator));
  }
}
