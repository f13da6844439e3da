/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.shell;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Trino's own command line, run in this process from its executable jar, whose classes are of
 * another version than the server's.
 */
final class TrinoCli {
  private static final String COMMANDS = "io.trino.cli.Trino";
  private static final String CONSOLE = "io.trino.cli.Console";

  private final Path jar;

  /**
   * @param jar the executable jar
   */
  TrinoCli(Path jar) {
    this.jar = jar;
  }

  /**
   * Runs it until its input ends or its statements are done.
   *
   * @param arguments of the command line, but for those that name the server
   * @return its exit code: 0, or 1 if a statement failed
   */
  int run(URI trino, List<String> arguments) throws IOException {
    if (!Files.isRegularFile(jar)) {
      throw new IOException("Trino's command line is not at " + jar + ": build Freshet again");
    }
    List<String> all = new ArrayList<>();
    all.addAll(List.of("--server", trino.toString(), "--catalog", "freshet", "--user", "freshet"));
    all.addAll(List.of("--history-file", history()));
    all.addAll(arguments);
    URL[] urls = {jar.toUri().toURL()};
    try (URLClassLoader classes = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader())) {
      Thread.currentThread().setContextClassLoader(classes);
      Object console = classes.loadClass(CONSOLE).getConstructor().newInstance();
      // Not by its main method, which would end this process before Trino has stopped.
      Object commands =
          classes
              .loadClass(COMMANDS)
              .getMethod("createCommandLine", Object.class)
              .invoke(null, console);
      return (int)
          commands
              .getClass()
              .getMethod("execute", String[].class)
              .invoke(commands, (Object) all.toArray(new String[0]));
    } catch (InvocationTargetException e) {
      throw new IOException("Trino's command line failed: " + e.getCause(), e);
    } catch (ReflectiveOperationException e) {
      throw new IOException(jar + " is not the command line of Trino that is expected: " + e, e);
    }
  }

  private static String history() {
    return Path.of(System.getProperty("user.home"), ".freshet-trino-history").toString();
  }
}
