/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.http;

import static io.freshet.error.FreshetErrorCode.INVALID_CONFIGURATION;

import io.freshet.error.FreshetException;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.javalin.util.JavalinException;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's HTTP side: {@code GET /health}, {@code GET /metrics} as Prometheus text, and each
 * warehouse as Iceberg REST catalog below {@code /iceberg}.
 */
public final class HttpService implements AutoCloseable {
  /** A request with a larger body is refused with 413. */
  static final long MAX_REQUEST_BYTES = 64L * 1024 * 1024;

  /** Further connections wait in the operating system's accept queue. */
  static final int MAX_CONNECTIONS = 1024;

  private static final Logger LOG = LoggerFactory.getLogger(HttpService.class);

  private static final int MAX_THREADS = 64;
  private static final int MIN_THREADS = 4;
  private static final int IDLE_TIMEOUT_MILLIS = 60_000;
  private static final long STOP_TIMEOUT_MILLIS = 10_000;

  private final Javalin javalin;
  private final String host;

  private HttpService(Javalin javalin, String host) {
    this.javalin = javalin;
    this.host = host;
  }

  /**
   * Starts the service. What it is given is borrowed until {@link #close}.
   *
   * @param port 0 for a free one, see {@link #port}
   * @param health asked at each {@code GET /health}
   * @param warehouses with different names, at least one; the first is for clients that name none
   * @param restToken that clients of the catalogs have to show; null for none
   * @throws FreshetException INVALID_CONFIGURATION if it can't listen there
   */
  public static HttpService start(
      String host,
      int port,
      Supplier<Health> health,
      ServerMetrics metrics,
      List<Warehouse> warehouses,
      @Nullable String restToken) {
    RestCatalogService catalogs = new RestCatalogService(warehouses, restToken);
    Javalin javalin =
        Javalin.create(config -> {
          configure(config);
          config.routes.get("/health", context -> answerHealth(health.get(), context));
          config.routes.get(
              "/metrics",
              context -> context.contentType(ServerMetrics.CONTENT_TYPE).result(metrics.scrape()));
          catalogs.addTo(config.routes);
        });
    try {
      javalin.start(host, port);
    } catch (JavalinException e) {
      javalin.stop();
      throw new FreshetException(
          INVALID_CONFIGURATION,
          "Cannot listen for HTTP on %s:%d: %s. Stop what listens there, or choose another port with --http-port"
              .formatted(host, port, reason(e)),
          e);
    }
    HttpService service = new HttpService(javalin, host);
    LOG.info("HTTP on {}:{}", host, service.port());
    return service;
  }

  /** The port that it listens on. */
  public int port() {
    return javalin.port();
  }

  /**
   * Stops to listen, lets requests that are under way end for up to ten seconds, and stops.
   * Idempotent.
   */
  @Override
  public void close() {
    LOG.info("Stopping HTTP on {}", host);
    javalin.stop();
  }

  private static void configure(JavalinConfig config) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.http.maxRequestSize = MAX_REQUEST_BYTES;
    QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, MIN_THREADS, IDLE_TIMEOUT_MILLIS);
    threads.setName("http");
    config.jetty.threadPool = threads;
    config.jetty.modifyServer(server -> {
      server.setStopTimeout(STOP_TIMEOUT_MILLIS);
      server.addBean(new NetworkConnectionLimit(MAX_CONNECTIONS, server));
    });
    // Iceberg's clients send the levels of a namespace with %1F between them, and %2F in names.
    config.jetty.modifyHttpConfiguration(http -> http.setUriCompliance(UriCompliance.UNSAFE));
    config.jetty.modifyServletContextHandler(
        context -> context.getServletHandler().setDecodeAmbiguousURIs(true));
    config.routes.exception(HttpResponseException.class, RestErrors::answerNoRoute);
    config.routes.exception(Exception.class, RestErrors::answer);
  }

  /** What the operating system says, without advice on other web servers. */
  private static @Nullable String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage();
  }

  private static void answerHealth(Health health, Context context) {
    String reason = health.reason();
    if (reason == null) {
      context.json(Map.of("status", "UP"));
    } else {
      context.status(HttpStatus.SERVICE_UNAVAILABLE);
      context.json(Map.of("status", "DOWN", "reason", reason));
    }
  }
}
